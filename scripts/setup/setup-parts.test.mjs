import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkNodeVersion, isSameTree } from './dependencies.mjs'
import { readDisplay, toDisplaySockets } from './display.mjs'
import { toElectronArguments } from './electron-arguments.mjs'
import { parsePackResult, toRuntimePath } from './electron-fallback.mjs'
import { sharedCacheDir } from './paths.mjs'
import { formatElapsed, withProgress } from './progress.mjs'
import { describeProblem, SetupProblem } from './setup-problem.mjs'
import { parseCandidates, parseLdconfig, toAptLine } from './system-packages.mjs'

describe('dependencies', () => {
  const locked = {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/mac': { version: '2.0.0', integrity: 'y', optional: true },
  }
  it.each([
    ['the same', { 'node_modules/a': { version: '1.0.0', integrity: 'x' } }, true],
    ['another version', { 'node_modules/a': { version: '1.0.1', integrity: 'x' } }, false],
    ['other bytes', { 'node_modules/a': { version: '1.0.0', integrity: 'z' } }, false],
    ['nothing', {}, false],
  ])('compares node_modules with the lock file: %s', (_what, installed, same) =>
    expect(isSameTree(locked, installed)).toBe(same),
  )

  it.each(['20.19.0', '20.20.2', '22.0.0'])('takes Node %s', (version) => checkNodeVersion(version))
  it.each(['18.20.0', '20.18.1'])('refuses Node %s', (version) =>
    expect(() => checkNodeVersion(version)).toThrow(SetupProblem),
  )
})

describe('system packages', () => {
  it('shows the exact line', () =>
    expect(toAptLine(['xvfb', 'curl'])).toBe('sudo apt-get install -y --no-install-recommends xvfb curl'))

  it('reads the list of libraries', () =>
    expect([
      ...parseLdconfig(
        '2 libs found\n\tlibnss3.so (libc6,x86-64) => /lib/libnss3.so\n\tliba.so.1 (x) => /a\n',
      ),
    ]).toEqual(['libnss3.so', 'liba.so.1']))

  it('knows which packages a release has', () => {
    const policy = (name, candidate) =>
      `${name}:\n  Installed: (none)\n  Candidate: ${candidate}\n  Version table:\n     1.2 500\n`
    expect([...parseCandidates(policy('libasound2t64', '(none)') + policy('libasound2', '1.2.8-1'))]).toEqual(
      ['libasound2'],
    )
  })
})

describe('display', () => {
  it.each([
    [':0', 'X0'],
    [':12.0', 'X12'],
    ['unix:3', 'X3'],
  ])('%s is a local socket', (display, name) =>
    expect(toDisplaySockets(display)[0]).toBe(`/tmp/.X11-unix/${name}`),
  )

  it('does not check a remote one', async () =>
    expect(await readDisplay({ DISPLAY: 'host.example:0' }, 'linux')).toEqual({ usable: true }))

  it('says that there is none', async () =>
    expect(await readDisplay({}, 'linux')).toMatchObject({ usable: false }))

  it('finds out that no server answers', async () =>
    expect(await readDisplay({ DISPLAY: ':64999' }, 'linux')).toMatchObject({
      usable: false,
      reason: 'no X server answers at $DISPLAY=:64999',
    }))

  it.runIf(process.platform === 'linux')('finds a server that answers', async () => {
    const server = createServer().listen('\0/tmp/.X11-unix/X64998')
    try {
      expect(await readDisplay({ DISPLAY: ':64998' }, 'linux')).toEqual({ usable: true })
    } finally {
      server.close()
    }
  })
})

describe('arguments of Electron', () => {
  const bus = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus' }
  it('keep the sandbox of an ordinary user', () =>
    expect(
      toElectronArguments('/p', ['--x'], {
        isRoot: false,
        platform: 'linux',
        env: { DISPLAY: ':0', ...bus },
      }),
    ).toEqual(['/p', '--x']))
  it('give it up for root', () =>
    expect(
      toElectronArguments('/p', [], { isRoot: true, platform: 'linux', env: { DISPLAY: ':0', ...bus } }),
    ).toEqual(['--no-sandbox', '/p']))
  it('name Wayland where there is no X', () =>
    expect(
      toElectronArguments('/p', [], {
        isRoot: false,
        platform: 'linux',
        env: { WAYLAND_DISPLAY: 'w', ...bus },
      }),
    ).toContain('--ozone-platform=wayland'))
})

describe('fallback runtime', () => {
  it.each([
    ['Cypress/Cypress', 'electron'],
    ['Cypress/locales/zh-CN.pak', 'locales/zh-CN.pak'],
    ['Cypress/resources/app/index.js', null],
    ['Cypress/browser_v8_context_snapshot.bin', null],
    ['Cypress/', null],
    ['other', null],
  ])('%s -> %s', (name, path) => expect(toRuntimePath(name)).toBe(path))

  it.each([['[{"filename":"a.tgz"}]'], ['{"filename":"a.tgz"}'], ['{"a@1":{"filename":"a.tgz"}}']])(
    'reads the answer of npm pack %s',
    (json) => expect(parsePackResult(json)).toBe('a.tgz'),
  )

  it('is cached where the person says', () => {
    expect(sharedCacheDir({ XDG_CACHE_HOME: '/c', HOME: '/h' })).toBe(join('/c', 'ballonet'))
    expect(sharedCacheDir({ HOME: '/h' })).toBe(join('/h', '.cache', 'ballonet'))
  })
})

describe('messages', () => {
  it.each([
    [7400, '7 s'],
    [65_000, '1 min 05 s'],
  ])('%d ms is %s', (elapsedMs, text) => expect(formatElapsed(elapsedMs)).toBe(text))

  it('say what to do', () =>
    expect(describeProblem(new SetupProblem('It broke.', 'mend it', 'why'))).toBe(
      'why\n\nFailed: It broke.\nWhat to do: mend it',
    ))

  it('tell the end of a step', async () => {
    const lines = []
    const stream = { write: (text) => lines.push(text) }
    await withProgress('Step', () => Promise.resolve(), stream)
    await expect(withProgress('Other', () => Promise.reject(new Error('no')), stream)).rejects.toThrow('no')
    expect(lines).toEqual(['Step …\n', 'Step: done (0 s)\n', 'Other …\n', 'Other: failed (0 s)\n'])
  })
})
