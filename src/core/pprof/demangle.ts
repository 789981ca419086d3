/**
 * The name that the tool shows for a function. A name that differs from the system's is shown as it is. The others are
 * shortened when they look like C++ (`std::vector<int>::push(int)`), which also meets generic functions of Go. Names
 * that are mangled (`_ZN…`) stay so: there is no demangler here.
 */
export function toShownName(name: string, systemName: string): string {
  if (name !== '' && systemName !== name) return name
  if (!looksLikeCpp(systemName)) return systemName
  return dropBetween(dropBetween(systemName, '(', ')'), '<', '>')
}

function looksLikeCpp(name: string): boolean {
  // Java's constructors and Go's generic methods have those characters, too.
  if (name.includes('.<') || name.includes(']).')) return false
  return /[<>[\]]/.test(name) || name.includes('::')
}

/** Drops what stands between a pair and the pair itself; a name whose pairs do not match stays. */
function dropBetween(name: string, open: string, close: string): string {
  let kept = ''
  let depth = 0
  // What an unclosed bracket opened is kept after all.
  let openedAt = 0
  for (let at = 0; at < name.length; at++) {
    const char = name[at]
    if (char === open && depth++ === 0) openedAt = at
    else if (char === close && --depth < 0) return kept + name.slice(at)
    else if (char === close && depth === 0) continue
    if (depth === 0) kept += char
  }
  return depth > 0 ? kept + name.slice(openedAt) : kept
}
