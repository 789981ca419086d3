import { expect, it } from 'vitest'
import { demoText, goText } from './go'

const parameters = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

it.each([
  ['endpoint', goText.en.endpoint, goText['zh-CN'].endpoint],
  ['madvise', goText.en.madvise, goText['zh-CN'].madvise],
  ['race', goText.en.race, goText['zh-CN'].race],
  ['demo', demoText.en, demoText['zh-CN']],
])('both languages say the same things with the same parameters: %s', (_, en: object, zh: object) => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  for (const [key, text] of Object.entries(en) as [string, string][]) {
    expect(parameters((zh as Record<string, string>)[key] ?? '')).toEqual(parameters(text))
    expect(text).not.toMatch(/[@|]/)
  }
})
