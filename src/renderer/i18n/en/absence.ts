export const messages = {
  'not-read': 'Not read yet.',
  'permission-denied': 'Not readable: it is another user’s process. The same user or root may read it.',
  'not-reported': 'This kernel does not report it.',
  'no-memory': 'A kernel thread or a zombie has no memory of its own.',
  'too-expensive': 'Not read: it would stall the process for longer than the budget allows.',
  timeout: 'The kernel did not answer in time.',
  gone: 'The process ended while being read.',
  failed: 'The read failed.',
}
