import { join } from 'node:path'
import { modulesCacheDir, projectDir } from '../../scripts/setup/paths.mjs'

export { projectDir }
export const benchDir = join(projectDir, 'test', 'bench')

/** Where the benchmark's own programs are built: it goes when node_modules goes. */
export const builtDir = process.env.BALLONET_BENCH_DIR ?? join(modulesCacheDir, 'bench')
