import { closeSync, constants, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseSshPrompt } from '#core/ssh/parse-ssh-prompt'
import type { ConnectPrompter } from './connect-prompter'

/** The questions of one ssh and of those on its way (ProxyJump), while it connects. Must be stopped. */
export interface SshQuestions {
  /** Somebody is asked right now: no time limit counts. */
  isAsking(): boolean
  stop(): void
}

export interface SshQuestionEvents {
  /** The first question came, or the last one was answered. */
  onChange(): void
  /** The person said no to a host key. */
  onRefusedHostKey(): void
  /** The person gave up. */
  onGivenUp(): void
}

const pollMs = 30
const maxQuestionBytes = 8 * 1024
/** ssh reads no more. */
const maxAnswerBytes = 1000
const maxQuestionsAtOnce = 16

/** Asks `prompter` whatever assets/ssh-askpass.sh puts into `folder`, and passes the answers on by their FIFOs. */
export function watchSshQuestions(
  folder: string,
  prompter: ConnectPrompter,
  events: SshQuestionEvents,
): SshQuestions {
  const asked = new Map<number, AbortController>()
  const texts = new Set<string>()
  let isStopped = false

  function look(): void {
    for (const [pid, controller] of asked) {
      if (!isAlive(pid)) controller.abort()
    }
    for (const pid of listQuestions(folder)) {
      if (!asked.has(pid) && asked.size < maxQuestionsAtOnce) void ask(pid)
    }
  }

  async function ask(pid: number): Promise<void> {
    const controller = new AbortController()
    asked.set(pid, controller)
    events.onChange()
    const [mode, text] = readQuestion(folder, pid)
    const prompt = parseSshPrompt(text, mode)
    const isAgain = prompt.kind === 'secret' && texts.has(text)
    texts.add(text)
    const shown = isAgain ? { ...prompt, text: `${toRefusal(text)}\n${prompt.text}` } : prompt
    const answer = await prompter.ask(shown, controller.signal).catch(() => null)
    if (!controller.signal.aborted && !isStopped) {
      if (answer === null) events.onGivenUp()
      else if (prompt.kind === 'secret' || prompt.kind === 'text') await send(folder, pid, answer)
      else if (answer === 'yes') {
        // A notice ends by itself, when the key was touched.
        if (mode !== 'none') await send(folder, pid, 'yes')
      } else if (prompt.kind === 'host-key') {
        events.onRefusedHostKey()
        await send(folder, pid, 'no')
      } else if (mode === 'none') events.onGivenUp()
      else await send(folder, pid, mode === 'confirm' ? null : 'no')
    }
    while (mode === 'none' && !isStopped && isAlive(pid)) {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
    for (const name of ['question', 'answer']) rmSync(join(folder, `${name}.${pid}`), { force: true })
    asked.delete(pid)
    if (!isStopped) events.onChange()
  }

  const timer = setInterval(look, pollMs)
  return {
    isAsking: () => asked.size > 0,
    stop() {
      isStopped = true
      clearInterval(timer)
      for (const controller of asked.values()) controller.abort()
    },
  }
}

/** ssh itself says this to a terminal only. */
function toRefusal(text: string): string {
  return /passphrase/i.test(text) ? 'Bad passphrase, try again.' : 'Permission denied, please try again.'
}

function listQuestions(folder: string): number[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const pid = /^question\.(\d{1,10})$/.exec(name)?.[1]
      return pid === undefined ? [] : [Number(pid)]
    })
  } catch {
    return []
  }
}

/** SSH_ASKPASS_PROMPT and the question. */
function readQuestion(folder: string, pid: number): [string, string] {
  let descriptor: number | undefined
  try {
    descriptor = openSync(join(folder, `question.${pid}`), 'r')
    const bytes = Buffer.alloc(maxQuestionBytes)
    const text = bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, 0))
    const end = text.indexOf('\n')
    return [text.slice(0, end), text.slice(end + 1)]
  } catch {
    return ['', '']
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** null: no. The script opens its end after it wrote the question, so that it may not be there yet. */
async function send(folder: string, pid: number, answer: string | null): Promise<void> {
  const bytes = Buffer.from(answer === null ? 'no\n' : `yes\n${answer.split(/[\r\n\0]/)[0] ?? ''}`).subarray(
    0,
    maxAnswerBytes,
  )
  while (isAlive(pid)) {
    try {
      const descriptor = openSync(join(folder, `answer.${pid}`), constants.O_WRONLY | constants.O_NONBLOCK)
      try {
        writeSync(descriptor, bytes)
        writeSync(descriptor, '\n')
      } finally {
        closeSync(descriptor)
        bytes.fill(0)
      }
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
