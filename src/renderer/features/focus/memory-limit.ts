/** The lowest memory limit on a process's cgroup, and the path of the cgroup. */
export interface MemoryLimit {
  limitBytes: number
  path: string
}
