const maxLength = 80

/** A name that can only be a name, with this extension: a dialog proposes it, in the person's own folder. */
export function toFileName(suggested: string, fallback: string, extension: string): string {
  const name = suggested.replaceAll(/[^\p{L}\p{N} ._-]/gu, '-').replace(/^[.\s-]+/, '')
  const stem = name.endsWith(extension) ? name.slice(0, -extension.length) : name
  return `${stem === '' ? fallback : stem.slice(0, maxLength)}${extension}`
}
