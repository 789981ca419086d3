import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/**
 * One hash over names and contents of files and folders. A path that does not exist counts as absent, so that its
 * creation changes the hash.
 * @param {string} baseDir names are hashed relative to it, so that a moved clone stays fresh
 * @param {string[]} paths absolute
 * @param {string[]} words what else the result depends on, such as a version
 */
export const hashInputs = (baseDir, paths, words = []) => {
  const hash = createHash('sha256')
  for (const word of words) hash.update(`word\0${word}\0`)
  const add = (path) => {
    const name = relative(baseDir, path).split(sep).join('/')
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat) {
      hash.update(`absent\0${name}\0`)
    } else if (stat.isDirectory()) {
      for (const entry of readdirSync(path).sort()) add(join(path, entry))
    } else if (stat.isFile()) {
      hash.update(`file\0${name}\0${stat.size}\0`).update(readFileSync(path))
    }
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}

/** Whether the step that wrote this stamp ran on the same inputs. */
export const isStampFresh = (stampFile, hash) => {
  try {
    return readFileSync(stampFile, 'utf8') === hash
  } catch {
    return false
  }
}

/** Remembers that a step ran on these inputs. */
export const writeStamp = (stampFile, hash) => {
  mkdirSync(dirname(stampFile), { recursive: true })
  const partial = `${stampFile}.${process.pid}`
  writeFileSync(partial, hash)
  renameSync(partial, stampFile)
}
