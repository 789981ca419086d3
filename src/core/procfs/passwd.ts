import { forEachLine } from './field-lines'

const maxLength = 16 * 1024 * 1024

/**
 * /etc/passwd (passwd(5)): names by user id, the first where several share one. People edit this file: comments, NIS
 * lines and broken lines are passed over. Names are untrusted text. Throws only AppError `too-large`.
 */
export function parsePasswd(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  forEachLine('passwd', text, maxLength, (line) => {
    const [name, , uid] = line.split(':', 3)
    if (name === undefined || uid === undefined || name === '' || !/^[^#+-]/.test(name)) return
    if (!/^[0-9]{1,10}$/.test(uid) || Number(uid) > 0xffff_ffff || names.has(Number(uid))) return
    names.set(Number(uid), name)
  })
  return names
}
