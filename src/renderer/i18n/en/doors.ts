export const messages = {
  title: 'Where has the memory gone?',
  text: 'RSS, Go heap in use and LazyFree of a process side by side, and one balloon button that proves what the kernel can take back.',
  local: 'This machine',
  localText: 'Every process that runs here, once a second.',
  available: '{available} of {total} available',
  connecting: 'Connecting…',
  demo: 'Reproduce the incident',
  demoText:
    'Starts a small Go service whose RSS stays high although its heap is small, and walks through the proof. Takes a minute.',
  demoBuilding: 'Building the service…',
  demoStarting: 'Starting the service…',
  demoFailed: 'The demo could not be started.',
  ssh: 'A host over SSH',
  sshText: 'Whatever the local ssh command reaches, or a container. Nothing is installed there.',
  snapshot: 'Open a snapshot',
  snapshotText: 'An incident that somebody else recorded, to scrub and compare.',
}
