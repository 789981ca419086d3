import { toShownText } from './report-wording'

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Any text as text of HTML and SVG, inside and outside of attributes; control and bidi characters are made visible. */
export function escapeHtml(text: string): string {
  return toShownText(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** A text from elsewhere, whose direction of writing can't reach what stands beside it. */
export const toIsolated = (text: string): string => `<bdi>${escapeHtml(text)}</bdi>`
