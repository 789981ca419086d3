export const messages = {
  name: 'Targets',
  local: 'This machine',
  doors: 'Open another…',
  retry: 'Try again',
  available: '{available} of {total} available',
  usedByAvailable: 'Used by MemAvailable: {percent}',
  usedByFree: 'Used as free says: {percent}',
  usedLessLazyFree: 'Used as free says, less LazyFree: {percent}',
  lazyFreeKnown: 'LazyFree of the processes read so far: {bytes}',
  state: {
    connecting: 'Connecting',
    lost: 'Lost',
    failed: 'Failed',
  },
}
