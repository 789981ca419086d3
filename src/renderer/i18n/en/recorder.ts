export const messages = {
  full: 'Nothing is recorded now: the disk is full. Recording goes on by itself when there is room.',
  'read-only': 'Nothing is recorded now: the recording can only be read.',
  busy: 'Nothing is recorded now: another program holds the recording.',
  failed: 'Nothing is recorded now: the recording failed. It is tried again.',
  'set-aside': 'The recording could not be read. It lies at {path}, and a new one was begun.',
}
