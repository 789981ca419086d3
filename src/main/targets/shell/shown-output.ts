const maxShownLength = 300

/** Untrusted output for an error's text: its end, on one line, without control characters, at most 300 characters. */
export function toShownOutput(output: Uint8Array | string): string {
  const text = typeof output === 'string' ? output : Buffer.from(output).toString('utf8')
  // Of a long output only the end is looked at.
  const words = text
    .slice(-4 * maxShownLength)
    // eslint-disable-next-line no-control-regex -- what a terminal would obey is just what is taken out
    .replaceAll(/[\u0000-\u0020\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g, ' ')
    .trim()
  return words.length > maxShownLength ? `…${words.slice(1 - maxShownLength)}` : words
}
