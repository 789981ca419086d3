/** Links of a folder as `ls -ln` shows them; `isHidden`: there are links, but none tells where it leads. */
export interface LsLinks {
  links: [string, string][]
  isHidden: boolean
}

// lrwx------ 1 0 0 64 Nov 23 19:44 12 -> socket:[345]
const linkLine = /^l\S{9,11} +\d+ +\d+ +\d+ +\d+ +\S+ +\S+ +\S+ (\d{1,10})(?: -> (.*))?$/

/** Parses the long listing of a /proc/PID/fd. Names are numbers there: any other line is left out. Never throws. */
export function parseLsLinks(text: string): LsLinks {
  const links: [string, string][] = []
  const names = new Set<string>()
  let hiddenCount = 0
  for (const line of text.split('\n')) {
    const [, name, destination] = linkLine.exec(line) ?? []
    if (name === undefined || names.has(name)) continue
    names.add(name)
    if (destination === undefined) hiddenCount++
    else links.push([name, destination])
  }
  return { links, isHidden: hiddenCount > 0 && links.length === 0 }
}
