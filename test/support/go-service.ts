import { join } from 'node:path'
import { buildGoService, findGo } from '#main/demo/go-service-build'
import { startDemoChild, type DemoChild } from '#main/demo/demo-child'

const root = join(import.meta.dirname, '..', '..')

/** The real Go service, built once for all tests. Call it in beforeAll with a long time limit. */
export async function buildTestService(): Promise<string> {
  const go = findGo()
  if (go === null) throw new Error('these tests need go: sudo apt-get install golang-go')
  return buildGoService({
    go,
    sourceDir: join(root, 'e2e', 'hosts', 'go', 'service'),
    cacheDir: join(root, 'node_modules', '.cache', 'go-service'),
    onBuild: () => undefined,
  })
}

export interface TestService extends DemoChild {
  url: string
  /** As its own /debug/vars tells it, bytes. */
  readHeapInuse(): Promise<number>
}

export interface TestServiceOptions {
  environment?: Record<string, string>
  /** The folder of a cgroup that it joins before it becomes the service: all of its memory is charged there. */
  cgroupDir?: string
}

/** Runs it until `end`. It ends with this process, too. */
export async function startTestService(
  args: readonly string[],
  { environment = {}, cgroupDir }: TestServiceOptions = {},
): Promise<TestService> {
  const binary = await buildTestService()
  const child = await startDemoChild({
    command: [binary, ...args],
    cgroupDir: cgroupDir ?? null,
    environment: { PATH: process.env['PATH'], ...environment },
  })
  return toTestService(child)
}

/** A started program that serves /debug/vars, as a service of tests. */
export function toTestService(child: DemoChild): TestService {
  const url = child.endpointUrl ?? ''
  return {
    ...child,
    url,
    async readHeapInuse() {
      const answer = await fetch(new URL('/debug/vars', url))
      return ((await answer.json()) as { memstats: { HeapInuse: number } }).memstats.HeapInuse
    },
  }
}

/** Looks until it is there; throws with what was last seen when it is not in time. */
export async function until<T>(
  look: () => T | Promise<T>,
  isThere: (seen: T) => boolean,
  timeoutMs = 10_000,
): Promise<T> {
  const endMs = performance.now() + timeoutMs
  for (;;) {
    const seen = await look()
    if (isThere(seen)) return seen
    if (performance.now() > endMs)
      throw new Error(`not in time; last seen: ${JSON.stringify(seen)?.slice(0, 800)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
