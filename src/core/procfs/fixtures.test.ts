import { describe, expect, it } from 'vitest'
import { AppError } from '#core/errors'
import { findParser } from '../../../test/fixtures/proc-parsers'
import { readProcTrees, type Expectation, type FixtureTree } from '../../../test/fixtures/proc-trees'
import { parsePidMaps } from './pid-maps'
import { parsePidSmaps, sumSmaps } from './pid-smaps'
import { parsePidSmapsRollup } from './pid-smaps-rollup'

const trees = readProcTrees()
const recordedFiles = ['/proc/sys/kernel/osrelease']

it('has a tree of every kind that the parsers are promised for', () => {
  const names = trees.map((tree) => tree.name)
  const wanted = [
    'linux-3.16',
    'linux-4.4',
    'linux-4.9',
    'linux-4.14',
    'linux-5.10',
    'linux-6.18',
    'container',
  ]
  expect(names).toEqual(expect.arrayContaining([...wanted, 'arm64-64k', 'hidepid', 'corrupt']))
})

describe.each(trees)('tree $name', (tree) => {
  it.each(tree.paths.filter((path) => !recordedFiles.includes(path)))('%s', (path) => {
    const parser = findParser(path)
    if (!parser) throw new Error('no parser reads this file')
    const expected = tree.manifest.expected[path]
    const outcome = run(() => parser.parse(tree.read(path)))
    if (expected?.['error'] !== undefined) expect(outcome).toEqual({ error: expected['error'] })
    else expect(outcome).toMatchObject({ ok: true })
    if ('value' in outcome && expected) expect(pick(outcome.value, expected)).toEqual(expected)
  })

  it('holds every file that its manifest expects, and none that it says this kernel lacks', () => {
    expect(Object.keys(tree.manifest.expected).filter((path) => !tree.paths.includes(path))).toEqual([])
    expect(tree.manifest.missing.filter((path) => tree.paths.includes(path))).toEqual([])
    expect(Object.keys(tree.manifest.errors).filter((path) => tree.paths.includes(path))).toEqual([])
  })

  it('says nothing of the machine that it came from', () => {
    const leak = /\/(tmp|home|root|mnt|opt)\b|\/[0-9a-f]{32,}\b|SECRET=[^1]|PATH=/
    const texts = [JSON.stringify(tree.manifest), ...tree.paths.map((path) => textOf(tree, path))]
    expect(texts.filter((text) => leak.test(text))).toEqual([])
  })

  const withMappings = tree.name === 'corrupt' ? [] : tree.paths.filter((path) => path.endsWith('/smaps'))
  it.each(withMappings)('%s adds up to the rollup and lists the same mappings as maps', (path) => {
    const vmas = parsePidSmaps(textOf(tree, path))
    const mapped = parsePidMaps(textOf(tree, path.replace(/smaps$/, 'maps')))
    expect(vmas.map((vma) => [vma.startAddress, vma.endAddress, vma.path, vma.isDeleted])).toEqual(
      mapped.map((entry) => [entry.startAddress, entry.endAddress, entry.path, entry.isDeleted]),
    )
    expect(vmas.map((vma) => vma.vmaSizeBytes)).toEqual(mapped.map((entry) => entry.sizeBytes))
    const rollupPath = `${path}_rollup`
    if (tree.paths.includes(rollupPath)) expectSameTotals(vmas, textOf(tree, rollupPath))
  })
})

/** Everything equal but the Pss lines, which smaps cuts to whole kB for each mapping. */
function expectSameTotals(vmas: ReturnType<typeof parsePidSmaps>, rollupText: string): void {
  const { pssBytes, pssDirtyBytes, pssAnonBytes, pssFileBytes, pssShmemBytes, ...rollup } =
    parsePidSmapsRollup(rollupText)
  const sum = sumSmaps(vmas)
  expect({ ...sum, ...noPss }).toEqual({ ...rollup, ...noPss })
  expectCut(sum.pssBytes, pssBytes, vmas.length)
  expectCut(sum.pssDirtyBytes, pssDirtyBytes, vmas.length)
  if (pssAnonBytes === null || pssFileBytes === null || pssShmemBytes === null || pssBytes === null) return
  expect(Math.abs(pssAnonBytes + pssFileBytes + pssShmemBytes - pssBytes)).toBeLessThanOrEqual(2 * 1024)
}

const noPss = { pssBytes: 0, pssDirtyBytes: 0, pssAnonBytes: 0, pssFileBytes: 0, pssShmemBytes: 0 }

function expectCut(sumBytes: number | null, rollupBytes: number | null, mappings: number): void {
  if (sumBytes === null || rollupBytes === null) {
    expect(sumBytes).toBe(rollupBytes)
    return
  }
  expect(sumBytes).toBeLessThanOrEqual(rollupBytes)
  expect(sumBytes).toBeGreaterThan(rollupBytes - (mappings + 1) * 1024)
}

function textOf(tree: FixtureTree, path: string): string {
  return new TextDecoder().decode(tree.read(path))
}

function run(parse: () => object): { ok: true; value: object } | { error: string } {
  try {
    return { ok: true, value: parse() }
  } catch (error) {
    if (error instanceof AppError) return { error: error.code }
    throw error
  }
}

/** The fields that the manifest names, as it names them; what is absent becomes null. */
function pick(value: object, expected: Expectation): Expectation {
  const picked: Expectation = {}
  for (const name of Object.keys(expected)) {
    let at: unknown = value
    for (const key of name.split('.')) at = (at as Record<string, unknown> | null)?.[key]
    picked[name] = at ?? null
  }
  return picked
}
