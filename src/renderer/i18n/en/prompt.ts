export const messages = {
  title: {
    'host-key': 'Unknown host key',
    secret: 'Password or passphrase',
    text: 'A question of the host',
    confirm: 'Confirm',
  },
  for: 'Asked while connecting to {target}.',
  more: 'Questions after this one: {count}.',
  host: 'Host',
  keyType: 'Key type',
  fingerprint: 'Fingerprint',
  compare:
    'This host has not been seen from here before. Compare the fingerprint with what its owner says, or with what this prints on the host itself:',
  trust: 'Trust and connect',
  giveUp: 'Cancel',
  send: 'Continue',
  yes: 'Yes',
  no: 'No',
  notKept: 'It goes to ssh and is kept nowhere.',
}
