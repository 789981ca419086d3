import { parse } from 'vue/compiler-sfc'
import { describe, expect, it } from 'vitest'
import { sharedText } from '#core/text/catalogue'
import { catalogues, windowTexts, type Messages } from './catalogues'

const sources = import.meta.glob<string>(
  ['../**/*.{vue,ts}', '../../core/metrics/catalogue.ts', '!../**/*.test.ts', '!./**', '!../dev/**'],
  { eager: true, query: '?raw', import: 'default' },
)

/** Keys that no source spells out: prefixes of what the code puts together from data. */
const dynamicPrefixes: string[] = []

/** Names that are the same in every language. */
const namesInTemplates = new Set(['pid', '—', '…'])

function flatten(messages: Messages, prefix = ''): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value === 'string') texts.set(prefix + key, value)
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) texts.set(inner, text)
  }
  return texts
}

function paramsOf(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort()
}

/** Static keys, and patterns of those with `${…}` in them, that a source asks for. */
function findKeys(source: string): { fixed: string[]; patterns: RegExp[] } {
  const fixed = [
    ...source.matchAll(/(?:\bte?\(\s*|(?:titleKey|labelKey|keypath)\s*[:=]\s*)['"]([\w.-]+)['"]/g),
  ]
  const dynamic = [...source.matchAll(/(?<!\bid: )`([a-zA-Z-]+\.[^`\s]*\$\{[^`]*)`/g)]
  return {
    fixed: fixed.map((match) => match[1]!),
    patterns: dynamic.map((match) => {
      const parts = match[1]!.split(/\$\{[^}]*\}/)
      return new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('[^.]+')}$`)
    }),
  }
}

const english = flatten(catalogues.en)
const chinese = flatten(catalogues['zh-CN'])

describe('the catalogues', () => {
  it('have the same keys in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('have the same parameters in both languages', () => {
    for (const [key, text] of english)
      expect([key, paramsOf(chinese.get(key) ?? '')]).toEqual([key, paramsOf(text)])
  })

  it('are written in their language', () => {
    for (const [key, text] of flatten(windowTexts.en)) {
      if (!key.startsWith('settings.locales.') && key !== 'command.localeZh')
        expect([key, text]).not.toEqual([key, expect.stringMatching(/\p{Script=Han}/u)])
    }
  })

  it('have no area twice', () => {
    const shared = Object.keys(sharedText.en)
    expect(Object.keys(windowTexts.en).filter((area) => shared.includes(area))).toEqual([])
  })

  it('have no sign that vue-i18n reads as syntax', () => {
    for (const [key, text] of [...english, ...chinese])
      expect([key, text.replaceAll(/\{\w+\}/g, '')]).not.toEqual([key, expect.stringMatching(/[|@{}]/)])
  })
})

describe('the keys in the sources', () => {
  it('are all in the catalogues', () => {
    const missing = Object.entries(sources).flatMap(([path, source]) =>
      findKeys(source)
        .fixed.filter((key) => key.includes('.') && !english.has(key))
        .map((key) => `${path}: ${key}`),
    )
    expect(missing).toEqual([])
  })

  it('put together from parts fit at least one text', () => {
    const keys = [...english.keys()]
    const missing = Object.entries(sources).flatMap(([path, source]) => {
      const areas = Object.keys(catalogues.en)
      return findKeys(source)
        .patterns.filter((pattern) => areas.some((area) => pattern.source.startsWith(`^${area}\\.`)))
        .filter((pattern) => !keys.some((key) => pattern.test(key)))
        .map((pattern) => `${path}: ${pattern.source}`)
    })
    expect(missing).toEqual([])
  })

  it('leave no text of the window unused', () => {
    const all = Object.values(sources)
    const patterns = all.flatMap((source) => findKeys(source).patterns)
    const unused = [...flatten(windowTexts.en).keys()].filter(
      (key) =>
        !all.some((source) => source.includes(`'${key}'`) || source.includes(`"${key}"`)) &&
        !patterns.some((pattern) => pattern.test(key)) &&
        !dynamicPrefixes.some((prefix) => key.startsWith(prefix)),
    )
    expect(unused).toEqual([])
  })
})

interface TemplateNode {
  type: number
  content?: unknown
  children?: TemplateNode[]
  props?: { type: number; name: string; value?: { content: string } }[]
  branches?: TemplateNode[]
}

const spokenAttributes = new Set([
  'title',
  'alt',
  'placeholder',
  'aria-label',
  'label',
  'text',
  'data-tip',
  'description',
])

/** Letters outside of a catalogue: text nodes (type 2) and static attributes (type 6) that a person sees or hears. */
function findRawTexts(node: TemplateNode): string[] {
  const own: string[] = []
  if (node.type === 2 && typeof node.content === 'string') own.push(node.content.trim())
  for (const prop of node.props ?? []) {
    if (prop.type === 6 && spokenAttributes.has(prop.name)) own.push(prop.value?.content ?? '')
  }
  const raw = own.filter((text) => /\p{L}/u.test(text) && !namesInTemplates.has(text))
  return [...raw, ...(node.children ?? []).flatMap(findRawTexts)]
}

describe('the templates', () => {
  it('hold no text of their own', () => {
    const raw = Object.entries(sources)
      .filter(([path]) => path.endsWith('.vue'))
      .flatMap(([path, source]) => {
        const ast = parse(source).descriptor.template?.ast as unknown as TemplateNode | undefined
        return ast === undefined ? [] : findRawTexts(ast).map((text) => `${path}: ${text}`)
      })
    expect(raw).toEqual([])
  })
})
