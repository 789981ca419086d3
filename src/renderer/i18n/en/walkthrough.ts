export const messages = {
  name: 'Walk through the incident',
  back: 'Back',
  next: 'Next',
  stop: 'Stop the demo',
  player: {
    go: 'A real Go service plays it.',
    python3:
      'No go command was found: a stand-in written in Python plays it. It is no Go program, so it has no heap in use.',
    perl: 'No go command was found: a stand-in written in Perl plays it. It is no Go program, so it has no heap in use.',
  },
  limit: 'It runs in a memory cgroup of {bytes}, so the rest of this machine is not squeezed.',
  step: {
    look: {
      title: 'Look.',
      text: 'RSS is high and stays high, while heap in use is small. The difference is what nobody could explain.',
    },
    read: {
      title: 'Read.',
      text: 'The sentence over the chart says in numbers how much of RSS is LazyFree: given back, but not yet taken.',
    },
    balloon: {
      title: 'Press Balloon.',
      text: 'It takes memory step by step until the kernel looks for some. Esc lets the air out at any time.',
    },
    proof: {
      title: 'Read the proof.',
      text: 'RSS fell, heap in use stayed: nothing leaked. The memory was there to be had all along.',
    },
  },
}
