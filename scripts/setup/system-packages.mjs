import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { say, withProgress } from './progress.mjs'
import { runCommand } from './run-command.mjs'
import { withServicesOff } from './services-off.mjs'
import { SetupProblem } from './setup-problem.mjs'
import { systemRequirements } from './system-requirements.mjs'

/** @typedef {import('./system-requirements.mjs').Requirement} Requirement */

/**
 * Makes sure that the system has what `purpose` needs: installs it with apt-get when root runs this on Debian or a
 * relative, else throws with the exact command. Other systems than Linux bring all that is needed.
 * @param {'window' | 'demo' | 'test' | 'bench'} purpose
 */
export const ensureSystemPackages = async (purpose) => {
  if (process.platform !== 'linux') return
  const missing = await findMissing(systemRequirements[purpose])
  if (missing.length === 0) return
  if (!hasCommand('apt-get')) throw missingElsewhere(missing)
  const names = await choosePackages(missing)
  if (process.getuid?.() !== 0) {
    throw new SetupProblem(`Missing system packages: ${names.join(' ')}.`, `run\n\n  ${toAptLine(names)}\n`)
  }
  await withProgress(`Installing system packages (${names.join(' ')})`, () =>
    withServicesOff(names, () => install(names)),
  )
  const stillMissing = await findMissing(missing)
  if (stillMissing.length > 0) throw missingElsewhere(stillMissing)
}

/** The same, for what is only nice to have: never throws, says in a line what was left out. */
export const offerSystemPackages = async (purpose, whatFor) => {
  if (process.platform !== 'linux') return
  const missing = await findMissing(systemRequirements[purpose])
  if (missing.length === 0) return
  const without = `${missing.map(describe).join(', ')} not found: ${whatFor}.`
  if (!hasCommand('apt-get')) return say(without)
  if (process.getuid?.() !== 0)
    return say(`${without} To have it: ${toAptLine(missing.map((it) => it.debian.at(-1)))}`)
  try {
    await ensureSystemPackages(purpose)
  } catch (error) {
    say(`${without} (${error.message})`)
  }
}

/** The exact line that a person without root's rights is shown. */
export const toAptLine = (names) => `sudo apt-get install -y --no-install-recommends ${names.join(' ')}`

/** What `requirement` asks for, in words. @param {Requirement} requirement */
export const describe = ({ library, command, file, fontLanguage }) =>
  library ?? command ?? file ?? `a font for language "${fontLanguage}"`

const missingElsewhere = (missing) =>
  new SetupProblem(
    `The system lacks ${missing.map(describe).join(', ')}.`,
    `install them with the system's package manager (Debian's names: ${missing.map((it) => it.debian.at(-1)).join(' ')}).`,
  )

/** @param {Requirement[]} requirements */
const findMissing = async (requirements) => {
  const libraries = requirements.some((it) => it.library) ? await readLibraries() : null
  const missing = []
  for (const it of requirements) {
    if (it.library && libraries && !libraries.has(it.library)) missing.push(it)
    if (it.command && !hasCommand(it.command)) missing.push(it)
    if (it.file && !existsSync(it.file)) missing.push(it)
    if (it.fontLanguage && !(await hasFont(it.fontLanguage))) missing.push(it)
  }
  return missing
}

/** Names of the shared libraries that the loader knows; null where it keeps no such list (NixOS, musl). */
const readLibraries = async () => {
  const program = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find((path) => existsSync(path))
  if (!program) return null
  const { status, stdout } = await runCommand(program, ['-p'])
  const names = parseLdconfig(stdout)
  return status === 0 && names.size > 0 ? names : null
}

/** The library names of `ldconfig -p`. */
export const parseLdconfig = (text) => new Set([...text.matchAll(/^\t(\S+) \(/gm)].map((match) => match[1]))

const hasCommand = (name) =>
  `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

const hasFont = async (language) => {
  const { status, stdout } = await runCommand('fc-list', [`:lang=${language}`, 'family'])
  return status === 0 && stdout.trim() !== ''
}

/** The first name of each requirement that this release of the distribution has. */
const choosePackages = async (missing) => {
  const wanted = missing.flatMap((it) => it.debian)
  if (process.getuid?.() === 0 && !hasPackageLists()) await update()
  const { stdout } = await runCommand('apt-cache', ['policy', ...wanted], {
    env: { ...process.env, LC_ALL: 'C' },
  })
  const known = parseCandidates(stdout)
  return [...new Set(missing.map((it) => it.debian.find((name) => known.has(name)) ?? it.debian.at(-1)))]
}

/** The packages of `apt-cache policy` that can be installed. */
export const parseCandidates = (text) => {
  const names = [...text.matchAll(/^(\S+):\n(?:[ \t]+.*\n)*?[ \t]+Candidate: (.+)$/gm)]
  return new Set(names.filter((match) => match[2] !== '(none)').map((match) => match[1]))
}

const hasPackageLists = () => {
  const folder = '/var/lib/apt/lists'
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes('_Packages'))
}

const aptEnv = () => ({ ...process.env, DEBIAN_FRONTEND: 'noninteractive' })
const waitForOthers = ['-o', 'DPkg::Lock::Timeout=300']

const update = () => runCommand('apt-get', ['update', ...waitForOthers], { env: aptEnv() })

const install = async (names) => {
  const args = ['install', '-y', '--no-install-recommends', ...waitForOthers, ...names]
  const first = await runCommand('apt-get', args, { env: aptEnv() })
  if (first.status === 0) return
  // Old package lists name files that the mirror has replaced.
  await update()
  const second = await runCommand('apt-get', args, { env: aptEnv() })
  if (second.status === 0) return
  throw new SetupProblem(
    'apt-get could not install the system packages.',
    `check the network and the package sources, then run\n\n  ${toAptLine(names)}\n`,
    second.output,
  )
}
