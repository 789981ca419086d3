export const messages = {
  title: 'Command palette',
  hint: 'Search for an action',
  none: 'No action has these letters.',
}
