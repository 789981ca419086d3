const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * Text from elsewhere that can do nothing where it is shown: control characters, escapes and what turns the direction of
 * writing become `\u{…}`; tabs become a space. Newlines stay where `mayHaveLines`. Cut at `maxLength` characters.
 */
export function toNeutralText(text: string, maxLength: number, mayHaveLines = false): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  return cut.replaceAll('\r\n', '\n').replaceAll(unsafe, (character) => {
    if (character === '\t') return ' '
    if (character === '\n' && mayHaveLines) return character
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
}
