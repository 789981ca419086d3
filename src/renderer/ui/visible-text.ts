/** Control characters, line separators, and what turns or hides text around it (bidi controls, zero width). */
const hidden =
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * Untrusted text (comm, command line) as text that shows everything it holds: `sshd\u202e` reads `sshd\\u202e`. Without
 * this a process could name itself so that another name is seen.
 */
export function toVisibleText(text: string): string {
  return text.replace(hidden, (sign) => {
    const code = sign.charCodeAt(0)
    return (
      named[sign] ??
      (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
    )
  })
}

/** The same for a text of lines and columns, which stay: what the kernel wrote has both. */
export function toVisibleLines(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((piece) => (piece === '\n' || piece === '\t' ? piece : toVisibleText(piece)))
    .join('')
}
