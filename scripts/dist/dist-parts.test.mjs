import { expect, it } from 'vitest'
import { parseFpmArguments, toDebControl } from './deb-control.mjs'
import { planTargets } from './targets.mjs'

const args = [
  ...['-s', 'dir', '--force', '-t', 'deb', '-d', 'libgtk-3-0', '-d', 'a | b', '--deb-compression', 'gz'],
  ...[
    '--architecture',
    'amd64',
    '--description',
    'Short\n Long line\n\n more',
    '--version',
    '1.0',
    '--package',
    '/o.deb',
  ],
  ...['--name', 'ballonet', '--maintainer', 'A <a@example.org>', '--url', 'https://example.org'],
  ...['/x=y/unpacked/=/opt/Ballonet', '/i.png=/usr/share/i.png'],
]

it('reads what electron-builder tells fpm', () => {
  const { options, depends, files } = parseFpmArguments(args)
  expect(options).toMatchObject({ package: '/o.deb', 'deb-compression': 'gz', name: 'ballonet' })
  expect(depends).toEqual(['libgtk-3-0', 'a | b'])
  expect(files).toEqual([
    ['/x=y/unpacked/', 'opt/Ballonet'],
    ['/i.png', 'usr/share/i.png'],
  ])
})

it('makes nothing but deb', () => expect(() => parseFpmArguments(['-t', 'rpm'])).toThrow('only deb'))

it('writes a control file', () => {
  const control = toDebControl({ ...parseFpmArguments(args), sizeKib: 10 })
  expect(control).toContain('Package: ballonet\nVersion: 1.0\nArchitecture: amd64\n')
  expect(control).toContain('Depends: libgtk-3-0, a | b\n')
  expect(control).toMatch(/Description: Short\n Long line\n \.\n more\n$/)
})

it('plans what a platform can pack', () => {
  expect(planTargets('linux', 'official').possible).toEqual(['tar.gz', 'deb', 'AppImage'])
  expect(planTargets('linux', 'fallback').possible).toEqual(['tar.gz', 'deb'])
  expect(planTargets('darwin', 'official').possible).toEqual(['dmg', 'zip'])
  expect(planTargets('linux', 'fallback').impossible.map(({ target }) => target)).toEqual([
    'AppImage',
    'dmg',
    'zip',
    'nsis',
  ])
})
