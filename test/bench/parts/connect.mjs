import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { startElectron } from '../electron/electron-app.mjs'
import { pressConnect, typeSpec, watches } from '../electron/window.mjs'
import { withLoopbackSshd } from '../loopback-sshd.mjs'
import { projectDir } from '../paths.mjs'
import { median, pairedRatios } from '../statistics.mjs'

const runs = 9
const host = 'ballonet-bench-1'
/** A person reads the first page and types meanwhile. */
const settleMs = 3000

const runSsh = (env) =>
  new Promise((resolve, reject) => {
    const startMs = performance.now()
    const child = spawn('ssh', [host, 'true'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    child.on('error', reject)
    child.on('exit', (status) => {
      if (status === 0) resolve(performance.now() - startMs)
      else reject(new Error(`ssh ${host} true ended with ${status}`))
    })
  })

/** One app, fresh each time: the first host of a session is the one that is waited for. */
const measureOnce = async (display, clientEnv) => {
  const app = await startElectron(projectDir, { display, env: clientEnv, watch: watches.data })
  try {
    await sleep(settleMs)
    // The app is there, at rest, beside both.
    const env = { ...process.env, ...clientEnv }
    const sshMs = median([await runSsh(env), await runSsh(env), await runSsh(env)])
    await typeSpec(app, `ssh:${host}`)
    return { sshMs, ...(await pressConnect(app, `ssh:${host}`)) }
  } finally {
    await app.close()
  }
}

/** From Enter in the dialog to the first numbers of a host on the screen, against `ssh HOST true`. */
export const measureConnect = ({ display }) =>
  withLoopbackSshd(async ({ clientEnv }) => {
    const measured = []
    await measureOnce(display, clientEnv)
    for (let run = 0; run < runs; run++) measured.push(await measureOnce(display, clientEnv))
    const peer = measured.map(({ sshMs }) => sshMs)
    const toRow = (name, key, note) => {
      const ours = measured.map((one) => one[key])
      const ratios = pairedRatios(ours, peer)
      return {
        name,
        unit: 'ms',
        ours,
        peerName: 'ssh HOST true',
        peer,
        measure: 'ratio',
        value: median(ratios),
        spread: ratios,
        target: null,
        note,
      }
    }
    return [
      toRow('connect', 'sampleMs', "from Enter to the host's memory on the screen"),
      toRow('connect rows', 'rowsMs', 'from Enter to the first rows of its table'),
    ]
  })
