import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findParser } from '../../../test/fixtures/proc-parsers'
import { parsePidCmdline } from './cmdline'
import { parsePidEnviron } from './environ'
import { socketInodes } from './fd-sockets'
import { parseNetTcp } from './net-tcp'
import { parsePidMaps } from './pid-maps'
import { parsePidSmaps, sumSmaps } from './pid-smaps'
import { parsePidSmapsRollup } from './pid-smaps-rollup'
import { parsePidStat } from './pid-stat'
import { parsePidStatm } from './pid-statm'
import { parsePidStatus } from './pid-status'
import { parseVersion } from './version'

/** Numbers of the running kernel against the tools that people know. */
describe.runIf(process.platform === 'linux')('this kernel', () => {
  let child: ChildProcess
  const read = (name: string): string => readFileSync(`/proc/${child.pid}/${name}`, 'utf8')
  const tool = (command: string, ...words: string[]): string =>
    execFileSync(command, words, { encoding: 'utf8' }).trim()

  beforeAll(async () => {
    const environment = { PATH: process.env['PATH'], GODEBUG: 'madvdontneed=0', TOKEN: 'secret' }
    child = spawn('sleep', ['600'], { stdio: 'ignore', env: environment, cwd: tmpdir() })
    await once(child, 'spawn')
    // Between fork and exec it is still this program.
    while (!read('stat').includes('(sleep) S')) await delay(5)
    child.kill('SIGSTOP')
    while (parsePidStat(read('stat')).state !== 'T') await delay(5)
  }, 10_000)

  afterAll(() => {
    child?.kill('SIGKILL')
  })

  it('ps agrees with stat, statm and status of a process that stands still', () => {
    const pageBytes = Number(tool('getconf', 'PAGESIZE'))
    const [rss, vsz, ppid, threads, name] = tool(
      'ps',
      '-o',
      'rss=,vsz=,ppid=,nlwp=,comm=',
      '-p',
      String(child.pid),
    ).split(/\s+/)
    const stat = parsePidStat(read('stat'))
    expect(stat).toMatchObject({ comm: name, ppid: Number(ppid), threads: Number(threads) })
    expect(stat.vsizeBytes).toBe(Number(vsz) * 1024)
    expect(String(stat.rssPages)).toBe(tool('awk', '{ print $24 }', `/proc/${child.pid}/stat`))
    expect(parsePidStatm(read('statm')).residentPages * pageBytes).toBe(Number(rss) * 1024)
    const status = parsePidStatus(read('status'))
    expect(status).toMatchObject({
      vmRssBytes: Number(rss) * 1024,
      vmSizeBytes: Number(vsz) * 1024,
      name: 'sleep',
    })
    expect(status.uid).toBe(process.getuid?.())
  })

  it.runIf(existsSync('/proc/self/smaps'))('awk adds smaps up to the same numbers', () => {
    const text = read('smaps')
    const sum = (name: string): number =>
      Number(
        execFileSync('awk', [`$1 == "${name}:" { n += $2 } END { printf "%d", n }`], {
          input: text,
          encoding: 'utf8',
        }),
      ) * 1024
    const totals = sumSmaps(parsePidSmaps(text))
    expect(totals.rssBytes).toBeGreaterThan(0)
    expect(totals).toMatchObject({
      rssBytes: sum('Rss'),
      pssBytes: sum('Pss'),
      privateCleanBytes: sum('Private_Clean'),
      privateDirtyBytes: sum('Private_Dirty'),
      anonymousBytes: sum('Anonymous'),
      swapBytes: sum('Swap'),
    })
    expect(totals.ussBytes).toBe(sum('Private_Clean') + sum('Private_Dirty') + sum('Private_Hugetlb'))
    expect(parsePidMaps(read('maps'))).toHaveLength(
      Number(tool('wc', '-l', `/proc/${child.pid}/maps`).split(' ')[0]),
    )
  })

  it.runIf(existsSync('/proc/self/smaps_rollup'))(
    'awk reads the same from smaps_rollup, and smaps adds up to it',
    () => {
      const text = read('smaps_rollup')
      const rollup = parsePidSmapsRollup(text)
      const rss = execFileSync('awk', ['$1 == "Rss:" { print $2 * 1024 }'], { input: text, encoding: 'utf8' })
      expect(rollup.rssBytes).toBe(Number(rss))
      expect(sumSmaps(parsePidSmaps(read('smaps'))).rssBytes).toBe(rollup.rssBytes)
    },
  )

  it('uname agrees with version', () => {
    expect(parseVersion(readFileSync('/proc/version', 'utf8')).release).toBe(tool('uname', '-r'))
  })

  it('keeps the four names of the environment, and nothing else', () => {
    expect(parsePidEnviron(readFileSync(`/proc/${child.pid}/environ`))).toEqual({ GODEBUG: 'madvdontneed=0' })
    expect(parsePidCmdline(readFileSync(`/proc/${child.pid}/cmdline`))).toEqual(['sleep', '600'])
  })

  it('finds the listening port of this process by its sockets', async () => {
    const server = createServer()
    try {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      const links = readdirSync('/proc/self/fd').flatMap((name): [string, string][] => {
        try {
          return [[name, readlinkSync(`/proc/self/fd/${name}`)]]
        } catch {
          return []
        }
      })
      const inodes = socketInodes(links)
      const own = parseNetTcp(readFileSync('/proc/self/net/tcp', 'utf8')).filter((socket) =>
        inodes.has(socket.inode),
      )
      const port = typeof address === 'object' ? address?.port : null
      expect(own).toContainEqual(
        expect.objectContaining({ localAddress: '127.0.0.1', localPort: port, isListening: true }),
      )
    } finally {
      server.close()
    }
  })

  it('reads every file of some processes of this machine, kernel threads among them', () => {
    const names = [
      'stat',
      'statm',
      'status',
      'cgroup',
      'limits',
      'oom_score',
      'oom_score_adj',
      'mountinfo',
      'maps',
    ]
    const some = readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .slice(0, 12)
    const ofPid = (pid: string): string[] =>
      [...names, 'environ', 'cmdline'].map((name) => `/proc/${pid}/${name}`)
    const ofHost = [
      'meminfo',
      'vmstat',
      'pressure/memory',
      'uptime',
      'loadavg',
      'version',
      'zoneinfo',
      'self/mountinfo',
    ]
    let count = 0
    for (const path of [...some, String(process.pid)]
      .flatMap(ofPid)
      .concat(ofHost.map((name) => `/proc/${name}`))) {
      let bytes: Uint8Array
      try {
        bytes = readFileSync(path)
      } catch {
        continue // gone meanwhile, not for this user, or not in this kernel
      }
      findParser(path)!.parse(bytes)
      count++
    }
    expect(count).toBeGreaterThan(15)
  })
})
