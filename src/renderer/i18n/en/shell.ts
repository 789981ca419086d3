export const messages = {
  name: 'Ballonet',
  heading: 'Processes of {target}',
  home: 'Ballonet: back to the start',
  titleProcess: 'PID {pid} – {name}',
  titleTarget: '{target} – {name}',
  railBar: 'Width of the targets',
  tableBar: 'Width of the process table',
  backToTable: 'Processes',
  nothingFocused: 'No process in focus',
  nothingFocusedText:
    'Pick a process in the table, or move with the arrow keys and press Enter: RSS, heap in use and LazyFree then run here side by side.',
  lost: 'The part that reads the machine ended. It is being started again; numbers stand still until then.',
  back: 'Reading again. What happened in between is a gap in the charts.',
}
