import { bareDir, startElectron } from '../electron/electron-app.mjs'
import { watches } from '../electron/window.mjs'
import { projectDir } from '../paths.mjs'
import { median, pairedRatios } from '../statistics.mjs'

const runs = 10

const measureStart = async (appDir, display, watch) => {
  const app = await startElectron(appDir, { display, watch })
  try {
    return app.startMs
  } finally {
    await app.close()
  }
}

const ratioRow = (name, ours, peer, target, note) => ({
  name,
  unit: 'ms',
  ours,
  peerName: 'bare window',
  peer,
  measure: 'ratio',
  value: median(ours) / median(peer),
  spread: pairedRatios(ours, peer),
  target,
  note,
})

/** From spawn to the first numbers of this machine on the screen (its memory, on its door), against a bare window with a line of text. */
export const measureStartToData = async ({ display }) => {
  const kinds = {
    bare: () => measureStart(bareDir, display, watches.bare),
    doors: () => measureStart(projectDir, display, watches.doors),
    data: () => measureStart(projectDir, display, watches.data),
    rows: () => measureStart(projectDir, display, watches.rows),
  }
  const ms = { bare: [], doors: [], data: [], rows: [] }
  for (const start of Object.values(kinds)) await start()
  for (let run = 0; run < runs; run++) {
    for (const [kind, start] of Object.entries(kinds)) ms[kind].push(await start())
  }
  return [
    ratioRow('start-to-data', ms.data, ms.bare, 1.5, 'memory of this machine on the first page'),
    ratioRow('start-to-doors', ms.doors, ms.bare, null, 'the first page, without numbers'),
    ratioRow('start-to-rows', ms.rows, ms.bare, null, 'first rows of the table; its door pressed at once'),
  ]
}
