/** The public key file of a host's sshd that holds a key of this type; null: not one of ssh's usual ones. */
export function toKeyFile(keyType: string): string | null {
  const name = /(ed25519|ecdsa|rsa|dsa)/i.exec(keyType)?.[1]?.toLowerCase()
  return name === undefined ? null : `/etc/ssh/ssh_host_${name}_key.pub`
}
