import { existsSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, type BallonetApp } from '../ballonet-app'
import { until } from '../hosts/processes'
import { readCommandLine, readProcesses, type ProcessRow } from './process-tree'

const MiB = 1024 * 1024
const memoryRoots = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup']

/** The reproduced incident, as it is on this machine. */
export interface Incident {
  servicePid: number
  /** The memory cgroup that the demo made. */
  groupDir: string
}

/** A balloon that holds. */
export interface HeldBalloon extends Incident {
  /** The shell that runs the script; it leads a session of its own, which finds all of its processes, orphans too. */
  shellPid: number
  /** Resident in the holders (dd). */
  heldBytes: number
  /** Of the cgroup, with the balloon in it. */
  groupUseBytes: number
}

/** Presses the door and waits until the service is focused and its numbers are there. */
export async function openIncident(app: BallonetApp): Promise<Incident> {
  const { page } = app
  await page.getByRole('button', { name: /Reproduce the incident/ }).click()
  await expect(balloonButton(page)).toBeEnabled({ timeout: 60_000 })
  return findIncident(await app.backendPid())
}

/** The service that a backend has started. */
export function findIncident(backendPid: number): Promise<Incident> {
  return until(
    'the service of the demo',
    () =>
      readProcesses()
        .filter(({ parentPid }) => parentPid === backendPid)
        .map(toIncident)
        .find(Boolean) ?? null,
    (incident) => incident !== null,
    30_000,
  ) as Promise<Incident>
}

function toIncident({ pid }: ProcessRow): Incident | null {
  try {
    const path = /^\d+:(?:memory)?:(.*\/ballonet-demo-\d+)$/m.exec(
      readFileSync(`/proc/${pid}/cgroup`, 'utf8'),
    )?.[1]
    const groupDir = path && memoryRoots.map((root) => join(root, path)).find((dir) => existsSync(dir))
    return groupDir && !readCommandLine(pid).includes('/bin/sh') ? { servicePid: pid, groupDir } : null
  } catch {
    return null
  }
}

export function balloonButton(page: Page) {
  return page.getByRole('button', { name: 'Balloon', exact: true })
}

/**
 * Through the button and *Adjust…*: smaller than what is free in the cgroup, so that it presses on nobody and nothing but
 * the test ends it, and with a hold that outlives the test.
 */
export async function blowUpAndHold(app: BallonetApp, incident: Incident): Promise<HeldBalloon> {
  const { page } = app
  await balloonButton(page).click()
  await page.getByRole('button', { name: 'Adjust…' }).click()
  await page.getByLabel('At most').fill('192 MiB')
  await page.getByLabel('Hold, s').fill('100')
  await page.getByRole('button', { name: 'Plan again' }).click()
  // The old plan could still be started until the new one is there.
  await expect(page.getByText(/^Stops when LazyFree is gone, at 192\sMiB,/)).toBeVisible()
  await page.getByRole('button', { name: /^Blow up/ }).click()
  return untilHeld(app, incident)
}

/** Waits until it has taken what it wants and holds. */
export async function untilHeld(app: BallonetApp, incident: Incident): Promise<HeldBalloon> {
  await expect(app.page.getByRole('heading', { name: 'Holding' })).toBeVisible({ timeout: 30_000 })
  const shellPid = findBalloonShell(await app.backendPid())
  if (shellPid === null) throw new Error('no shell runs the balloon')
  const heldBytes = readHolders(shellPid).reduce((sum, { rssBytes }) => sum + rssBytes, 0)
  if (heldBytes < 100 * MiB) throw new Error(`the balloon holds only ${heldBytes} bytes`)
  return { ...incident, shellPid, heldBytes, groupUseBytes: readGroupUse(incident.groupDir) ?? 0 }
}

/** The leader of the session that the backend runs the balloon's script in. */
export function findBalloonShell(backendPid: number): number | null {
  const shell = readProcesses().find(
    ({ pid, parentPid, sessionId }) =>
      parentPid === backendPid && sessionId === pid && / ballonet guard /.test(readCommandLine(pid)),
  )
  return shell?.pid ?? null
}

/** The balloon's own processes: shell, guard, forwarder, ticker, holders; also after their parents have died. */
export function readSession(shellPid: number): ProcessRow[] {
  return readProcesses().filter(({ sessionId }) => sessionId === shellPid)
}

function readHolders(shellPid: number): ProcessRow[] {
  return readSession(shellPid).filter(({ pid }) => readCommandLine(pid).startsWith('dd '))
}

/** Null: the cgroup was removed, so nothing is charged to it. */
export function readGroupUse(groupDir: string): number | null {
  for (const name of ['memory.usage_in_bytes', 'memory.current']) {
    try {
      return Number(readFileSync(join(groupDir, name), 'utf8'))
    } catch {
      // The other version, or it was removed.
    }
  }
  return null
}

/**
 * Polls until no process of the balloon is left and its cgroup has the memory back; returns after how many ms since
 * `sinceMs` (performance.now). The counters of a cgroup lag by some pages for each processor: an eighth is left to them.
 */
export async function untilGivenBack(
  balloon: HeldBalloon,
  sinceMs: number,
  deadlineMs: number,
): Promise<number> {
  for (;;) {
    const left = readSession(balloon.shellPid)
    const elapsedMs = performance.now() - sinceMs
    const useBytes = readGroupUse(balloon.groupDir) ?? 0
    if (left.length === 0 && useBytes <= balloon.groupUseBytes - (balloon.heldBytes * 7) / 8) return elapsedMs
    if (elapsedMs > deadlineMs) {
      const names = left.map(({ pid, state }) => `${pid} ${state} ${readCommandLine(pid).slice(0, 30)}`)
      throw new Error(
        `after ${Math.round(elapsedMs)} ms: ${useBytes} bytes in the cgroup, held ${balloon.heldBytes}; left: ${names.join('; ')}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Removes what a killed app could not remove; its next start would. */
export async function removeGroup(groupDir: string): Promise<void> {
  await until(
    'the cgroup of the demo',
    () => {
      try {
        if (existsSync(groupDir)) rmdirSync(groupDir)
        return true
      } catch {
        return false
      }
    },
    (isRemoved) => isRemoved,
    5000,
  )
}
