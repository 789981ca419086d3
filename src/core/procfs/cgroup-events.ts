import { count, counter, createFieldReader, parseSpacedLines, type Fields } from './field-lines'

const maxLength = 64 * 1024

const eventsTable = {
  low: counter('low'),
  high: counter('high'),
  /** How often usage was about to pass memory.max. */
  max: counter('max'),
  oom: counter('oom'),
  oomKill: counter('oom_kill'),
  /** Since 5.17. */
  oomGroupKill: counter('oom_group_kill'),
}

const oomControlTable = {
  /** 1: tasks wait instead of being killed. */
  oomKillDisable: count('oom_kill_disable'),
  /** 1: tasks are waiting now. */
  underOom: count('under_oom'),
  /** Since 4.13. */
  oomKill: counter('oom_kill'),
}

export type CgroupMemoryEvents = Fields<typeof eventsTable>
export type CgroupOomControl = Fields<typeof oomControlTable>

const eventsReader = createFieldReader(eventsTable)
const oomControlReader = createFieldReader(oomControlTable)

/** memory.events of cgroup v2 (cgroup-v2.rst): times since the group was made. Throws AppError `parse`, `too-large`. */
export function parseCgroupMemoryEvents(text: string): CgroupMemoryEvents {
  return parseSpacedLines('memory.events', text, maxLength, eventsReader)
}

/** memory.oom_control of cgroup v1 (cgroup-v1/memory.rst). Throws AppError `parse`, `too-large`. */
export function parseCgroupOomControl(text: string): CgroupOomControl {
  return parseSpacedLines('memory.oom_control', text, maxLength, oomControlReader)
}
