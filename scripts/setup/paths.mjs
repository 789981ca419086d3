import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the clone. */
export const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** What belongs to this clone and may be thrown away. */
export const cloneCacheDir = join(projectDir, '.cache')

/** What belongs to the installed packages: it goes when node_modules goes. */
export const modulesCacheDir = join(projectDir, 'node_modules', '.cache', 'ballonet')

/**
 * The cache that all clones of a person share, outside node_modules: an Electron runtime is 260 MB.
 * @param {NodeJS.ProcessEnv} env
 */
export const sharedCacheDir = (env = process.env) =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'ballonet')
