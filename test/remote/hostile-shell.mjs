// A host that means harm: `node hostile-shell.mjs MODE [TRIGGER]`. Without TRIGGER it misbehaves from the first byte; with
// it, it passes a real sh through until a file of that name exists, and turns on its client then.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

const [mode = '', trigger] = process.argv.slice(2)
const block = Buffer.alloc(64 * 1024, 'x')
const lines = Buffer.from(`${'y'.repeat(63)}\n`.repeat(1024))
const escapes = Buffer.from('\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b5n\x00\xff\xfe\r\n')

process.stdout.on('error', () => process.exit(1))
process.stdin.on('error', () => undefined)

/** Writes as fast as the client reads, at most `limit` bytes. */
function flood(stream, chunk, limit = Infinity) {
  let sent = 0
  const more = () => {
    while (sent < limit) {
      sent += chunk.length
      if (!stream.write(chunk)) return stream.once('drain', more)
    }
  }
  more()
}

const GiB = 1024 ** 3

/** What it does once it is hostile: `answer` gets each chunk of the real shell, and says what is sent instead. */
const harms = {
  'endless-bytes': () => flood(process.stdout, block),
  'endless-lines': () => flood(process.stdout, lines),
  'gigabyte-line': () => flood(process.stdout, block, GiB),
  'stderr-flood': () => flood(process.stderr, block, GiB),
  // Lines of ssh's own log.
  'stderr-log': () => flood(process.stderr, Buffer.from('debug1: Connecting to far\n'.repeat(2000)), GiB),
  'stderr-steps': () =>
    flood(
      process.stderr,
      Buffer.from('debug1: Remote protocol version 2.0\nAuthenticated to far\n'.repeat(1000)),
      GiB,
    ),
  'stderr-escapes': () => {
    process.stderr.write(escapes)
    process.exitCode = 255
    process.stdin.destroy()
  },
  escapes: () => flood(process.stdout, escapes, 64 * 1024 * 1024),
  drip: () => void setInterval(() => process.stdout.write('z'), 1000),
  silent: () => undefined,
  close: () => process.exit(0),
  crash: () => process.kill(process.pid, 'SIGKILL'),
  // Nothing is read any more while output never ends: both pipes are full.
  'both-full': () => {
    process.stdin.pause()
    flood(process.stdout, block)
  },
  'never-reads': () => {
    process.stdin.pause()
    setInterval(() => undefined, 1000)
  },
}

/** How answers of the real shell are changed; the rest of the modes swallow them. */
const changes = {
  twice: (chunk) => Buffer.concat([chunk, chunk]),
  half: (chunk) => chunk.subarray(0, chunk.length / 2),
  'flipped-bits': (chunk) => chunk.map((byte) => (Math.random() < 0.01 ? byte ^ 0xff : byte)),
  'noise-between': (chunk) => Buffer.concat([escapes, chunk, escapes]),
  // Every length is another one.
  'other-digits': (chunk) =>
    Buffer.from(
      chunk.toString('latin1').replace(/\d/g, () => Math.floor(Math.random() * 10)),
      'latin1',
    ),
  negative: (chunk) => Buffer.from(chunk.toString('latin1').replace(/ (\d)/g, ' -$1'), 'latin1'),
  huge: (chunk) => Buffer.from(chunk.toString('latin1').replace(/ (\d+)/g, ' 9$1999999999999'), 'latin1'),
}

/** Of the real collector, as its frames show it: a host knows it. */
let nonce = ''
const frame = (text) => Buffer.from(`${nonce} ${text.length}\n${text}`, 'latin1')
const repeat = (text, count) => frame(text.repeat(count))

function* countProcesses(total) {
  for (let pid = 1; pid <= total; pid += 50) {
    let text = ''
    for (let at = pid; at < pid + 50; at++) {
      const stat = `${at} (many) S 1 ${at} ${at} 0 -1 4194560 ${'0 '.repeat(40)}\n`
      text += `+ ${at} ${stat.length}\n${stat}`
    }
    yield frame(text)
  }
  yield frame(`S ${total}\ne 1 1 1\n`)
}

function sendAll(chunks) {
  const more = () => {
    for (let next = chunks.next(); !next.done; next = chunks.next()) {
      if (!process.stdout.write(next.value)) return process.stdout.once('drain', more)
    }
  }
  more()
}

/** Frames of the right nonce that lie. */
const forgeries = {
  'frame-negative': () => process.stdout.write(`${nonce} -5\n`),
  'frame-huge': () => process.stdout.write(`${nonce} 99999999999999999999\n`),
  'frame-fraction': () => process.stdout.write(`${nonce} 1e3\n`),
  'frame-endless': () => {
    process.stdout.write(`${nonce} 6000000\n`)
    flood(process.stdout, block)
  },
  'frames-empty': () => flood(process.stdout, Buffer.from(`${nonce} 0\n`.repeat(2000))),
  'frames-again': () => flood(process.stdout, Buffer.from(`${nonce} again 2\n`.repeat(2000))),
  'other-nonce': () => process.stdout.write(`${nonce.replace(/./g, '0')} 3\ne 1`),
  'record-huge': () => process.stdout.write(frame('W 99999999999\n')),
  'record-unknown': () => process.stdout.write(frame('Q 1 2 3\n')),
  'records-same': () => flood(process.stdout, repeat('=\n', 8000)),
  'records-parts': () => flood(process.stdout, repeat(`T 8000\n${'p'.repeat(8000)}`, 2)),
  'records-items': () => flood(process.stdout, repeat('T 1\nxI\n', 2000)),
  'records-whole': () => flood(process.stdout, repeat(`W 8000\n${'p'.repeat(8000)}`, 2)),
  'records-lines': () => process.stdout.write(frame('L 9999999 4\n9 x\n')),
  'records-ends': () => flood(process.stdout, repeat('e 1 1 1\n', 2000)),
  'answers-unasked': () => flood(process.stdout, repeat('A ok 1\n', 2000)),
  'unknown-pids': () => process.stdout.write(frame('- 999999\n- 888888\nS 3\n')),
  'pid-grows': () => flood(process.stdout, repeat(`+ 1 4000\n${'p'.repeat(4000)}`, 4)),
  'ten-million': () => sendAll(countProcesses(10_000_000)),
}

if (trigger === undefined) {
  process.stdin.resume()
  // An end of the input ends it, as it does sshd's sessions.
  process.stdin.on('end', () => process.exit(0))
  harms[mode]()
} else {
  const shell = spawn('sh', [], { stdio: ['pipe', 'pipe', 'inherit'] })
  let isHostile = false
  let hasForged = false
  shell.on('exit', () => process.exit(0))
  shell.stdin.on('error', () => undefined)
  process.stdin.on('data', (chunk) => {
    if (isHostile && mode === 'exit-pending') process.exit(0)
    shell.stdin.write(chunk)
    // A forged answer comes when one is awaited.
    if (isHostile && !hasForged && mode in forgeries) {
      hasForged = true
      forgeries[mode]()
    }
  })
  process.stdin.on('end', () => shell.stdin.end())
  let answeredAtMs = 0
  shell.stdout.on('data', (chunk) => {
    answeredAtMs = performance.now()
    if (nonce === '') nonce = /^([0-9a-f]{16,}) \d+$/m.exec(chunk.toString('latin1'))?.[1] ?? ''
    if (!isHostile) process.stdout.write(chunk)
    else if (mode === 'late') setTimeout(() => process.stdout.write(chunk), 15_000)
    else if (mode in changes) process.stdout.write(changes[mode](chunk))
  })
  const timer = setInterval(() => {
    // Between two polls: an answer that was cut in the middle would hide what comes behind it.
    if (!existsSync(trigger) || performance.now() - answeredAtMs < 150) return
    clearInterval(timer)
    isHostile = true
    harms[mode]?.()
  }, 20)
}
