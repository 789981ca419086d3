import type { Profile } from './profile'

/**
 * The functions of a profile as the nodes of its table. Node identity is the function's name; frames without a name are
 * told by their binary. Location i has the nodes `nodes[starts[i]]` up to `nodes[starts[i + 1]]`, the innermost first.
 */
export interface FrameNodes {
  names: string[]
  /** Breaks ties between nodes that look the same. */
  sortKeys: string[]
  starts: Uint32Array
  nodes: Uint32Array
  /** By node: whether it is inlined somewhere. */
  isInlined: Uint8Array
}

/** The last part of a path, as Go's `filepath.Base`. */
export function baseName(path: string): string {
  if (path === '') return '.'
  const trimmed = path.replace(/\/+$/, '')
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

export function toFrameNodes(profile: Profile): FrameNodes {
  const { locations } = profile
  const names: string[] = []
  const sortKeys: string[] = []
  const known = new Map<string, number>()
  const byFunction = new Int32Array(profile.functions.length).fill(-1)
  const starts = new Uint32Array(locations.length + 1)
  const nodes: number[] = []
  const inlined = new Set<number>()

  const findNode = (name: string, startLine: number, file: string): number => {
    const key = name === '' ? `f${startLine} ${file}` : `n${name}`
    const before = known.get(key)
    if (before !== undefined) return before
    names.push(name !== '' ? name : file === '' ? '<unknown>' : `[${baseName(file)}]`)
    sortKeys.push(name === '' ? `{  0  ${startLine} 0 ${file}}` : `{${name}  0  0 0 }`)
    known.set(key, names.length - 1)
    return names.length - 1
  }

  for (const [index, { lines, mappingIndex }] of locations.entries()) {
    const file = profile.mappings[mappingIndex]?.filename ?? ''
    for (const [at, { functionIndex }] of lines.entries()) {
      let node = byFunction[functionIndex]!
      if (node === -1) {
        const { name, startLine } = profile.functions[functionIndex]!
        node = findNode(name, startLine, file)
        if (name !== '') byFunction[functionIndex] = node
      }
      nodes.push(node)
      if (at < lines.length - 1) inlined.add(node)
    }
    if (lines.length === 0) nodes.push(findNode('', 0, file))
    starts[index + 1] = nodes.length
  }
  const isInlined = new Uint8Array(names.length)
  for (const node of inlined) isInlined[node] = 1
  return { names, sortKeys, starts, nodes: Uint32Array.from(nodes), isInlined }
}
