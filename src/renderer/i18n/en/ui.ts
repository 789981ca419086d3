export const messages = {
  close: 'Close',
  done: 'Done',
}
