import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { say } from './progress.mjs'

const POLL_MS = 250
const HEARTBEAT_MS = 5000
const STALE_AFTER_MS = 60_000

/**
 * Runs a job that must not run twice at once, such as two `npm start` in one clone. A lock whose owner is gone is taken
 * over; the owner shows that it lives by touching the file, because the folder may be shared between machines.
 * @template T
 * @param {string} lockFile
 * @param {() => Promise<T>} job
 * @returns {Promise<T>}
 */
export const withLock = async (lockFile, job) => {
  mkdirSync(dirname(lockFile), { recursive: true })
  let told = false
  while (!tryLock(lockFile)) {
    if (isAbandoned(lockFile)) {
      rmSync(lockFile, { force: true })
      continue
    }
    if (!told) say(`Another set-up is at work (${lockFile}): waiting for it …`)
    told = true
    await wait(POLL_MS)
  }
  const heartbeat = setInterval(() => touch(lockFile), HEARTBEAT_MS)
  heartbeat.unref()
  try {
    return await job()
  } finally {
    clearInterval(heartbeat)
    rmSync(lockFile, { force: true })
  }
}

const tryLock = (lockFile) => {
  try {
    writeFileSync(lockFile, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

const touch = (lockFile) => {
  try {
    utimesSync(lockFile, new Date(), new Date())
  } catch {
    // Removed by hand: the job goes on, and the end of it removes nothing.
  }
}

const isAbandoned = (lockFile) => {
  try {
    const ageMs = Date.now() - statSync(lockFile).mtimeMs
    if (ageMs > STALE_AFTER_MS) return true
    const owner = JSON.parse(readFileSync(lockFile, 'utf8'))
    return owner.host === hostname() && !isAlive(owner.pid)
  } catch {
    // Gone meanwhile, or not written to its end yet: the next try tells.
    return false
  }
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
