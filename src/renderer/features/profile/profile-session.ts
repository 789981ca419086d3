import { AppError } from '#core/errors'
import type { Handlers } from '#core/ipc/rpc'
import { aggregate, type ProfileTable } from '#core/pprof/aggregate'
import { toCallNeighbours, type CallNeighbours } from '#core/pprof/call-neighbours'
import { CallTree, type CallNode } from '#core/pprof/call-tree'
import { decodeProfile } from '#core/pprof/decode-profile'
import { mergeBase } from '#core/pprof/diff'
import { filterProfile } from '#core/pprof/filter'
import { toFlameLayout, type FlameLayout, type FlameWindow } from '#core/pprof/flame-layout'
import { prepareProfile } from '#core/pprof/prepare-profile'
import type { Profile, ValueType } from '#core/pprof/profile'
import { chooseUnit } from '#core/pprof/top-report'

export interface OpenedProfile {
  sampleTypes: readonly ValueType[]
  defaultSampleType: number
  sampleCount: number
  /** When it was taken, ms since the epoch, as it says itself; null: it does not. */
  atMs: number | null
}

export interface ProfileView {
  id: string
  /** What it is compared with; null: nothing. */
  baseId: string | null
  sampleType: number
  sort: 'flat' | 'cum'
  focus: string
  ignore: string
}

export interface ShownProfile {
  table: ProfileTable
  /** The unit that the table's values are shown in. */
  unit: string
  /** Functions of the flame graph, by the index that its boxes have. */
  names: readonly string[]
  isComparison: boolean
  /** All stacks that are shown, and those of the base; for a comparison `cum` is what came between. */
  cum: bigint
  baseCum: bigint
  sampleCount: number
}

/** A line of the call tree. */
export interface CallRow {
  nodeId: number
  name: string
  depth: number
  flat: bigint
  cum: bigint
  baseCum: bigint
  hasChildren: boolean
}

/** What the worker is asked. Nothing is shown of a profile that was not opened. */
export type ProfileMethods = {
  open: (params: { id: string; bytes: Uint8Array }) => OpenedProfile
  close: (params: { id: string }) => null
  /** What the other methods are about from then on. */
  show: (params: ProfileView) => ShownProfile
  layout: (params: FlameWindow) => FlameLayout
  /** The calls below a node, the largest first, at most `limit`; node 0 is the root. */
  calls: (params: { nodeId: number; limit: number }) => CallRow[]
  neighbours: (params: { name: string }) => CallNeighbours | null
}

/** Everything that is dear about a profile, for one window: it runs in a worker, and in tests without one. */
export function createProfileSession(): Handlers<ProfileMethods> {
  const profiles = new Map<string, Profile>()
  /** The last comparison: another sort or sample type needs no other. */
  let compared: { key: string; profile: Profile } | null = null
  let tree: CallTree | null = null
  let nodes: CallNode[] = []

  function find(id: string): Profile {
    const profile = profiles.get(id)
    if (profile === undefined) throw new AppError('gone', 'the profile is not open')
    return profile
  }

  function prepare(id: string, baseId: string | null): Profile {
    const key = JSON.stringify([id, baseId])
    if (compared?.key !== key) {
      const profile =
        baseId === null ? prepareProfile(find(id)) : mergeBase(find(id), find(baseId), 'diff_base')
      compared = { key, profile }
    }
    return compared.profile
  }

  function shownTree(): CallTree {
    if (tree === null) throw new AppError('gone', 'no profile is shown')
    return tree
  }

  function show({ id, baseId, sampleType, sort, focus, ignore }: ProfileView): ShownProfile {
    const profile = prepare(id, baseId)
    const filters = { focus, ignore }
    const table = aggregate(profile, { sampleType, sort, filters })
    tree = new CallTree(filterProfile(profile, filters).profile, sampleType)
    nodes = [tree.root]
    return {
      table,
      unit: chooseUnit(table),
      names: tree.names,
      isComparison: baseId !== null,
      cum: tree.root.cum,
      baseCum: tree.root.baseCum,
      sampleCount: profile.sampleCount,
    }
  }

  function calls({ nodeId, limit }: { nodeId: number; limit: number }): CallRow[] {
    const shown = shownTree()
    const node = nodes[nodeId]
    if (node === undefined) return []
    return shown
      .childrenOf(node)
      .slice(0, limit)
      .map((child) => {
        nodes.push(child)
        const { depth, flat, cum, baseCum, hasChildren, nameId } = child
        return {
          ...{ nodeId: nodes.length - 1, name: shown.names[nameId]! },
          ...{ depth, flat, cum, baseCum, hasChildren },
        }
      })
  }

  const trust = <P>(params: unknown): P => params as P
  return {
    open: {
      validate: trust,
      handle: async ({ id, bytes }) => {
        const profile = await decodeProfile(bytes)
        profiles.set(id, profile)
        compared = null
        const { sampleTypes, defaultSampleType, sampleCount, atMs } = profile
        return { sampleTypes, defaultSampleType, sampleCount, atMs }
      },
    },
    close: {
      validate: trust,
      handle: ({ id }) => {
        profiles.delete(id)
        compared = null
        return null
      },
    },
    show: { validate: trust, handle: show },
    layout: {
      validate: trust,
      handle: (window) => toFlameLayout(shownTree(), window),
    },
    calls: { validate: trust, handle: calls },
    neighbours: {
      validate: trust,
      handle: ({ name }) => toCallNeighbours(shownTree().stacks, name),
    },
  }
}
