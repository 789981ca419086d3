import { readdirSync, readFileSync } from 'node:fs'
import type { ConnectPrompter } from '#main/targets/ssh/connect-prompter'
import type { ShellProcess } from '#main/targets/shell/shell-link'

type Prompt = Parameters<ConnectPrompter['ask']>[0]

/** A person who answers by a function, and all that they were asked. */
export interface ScriptedPrompter extends ConnectPrompter {
  readonly asked: Prompt[]
}

export function createScriptedPrompter(
  answer: (prompt: Prompt, count: number) => string | null | Promise<string | null>,
): ScriptedPrompter {
  const asked: Prompt[] = []
  return {
    asked,
    async ask(prompt) {
      asked.push(prompt)
      return answer(prompt, asked.length)
    },
  }
}

/** What a shell prints for one command, up to a mark of its own. */
export async function runInShell(shell: ShellProcess, command: string): Promise<string> {
  const mark = `mark-${Math.random().toString(36).slice(2)}`
  let text = ''
  shell.stdin.write(`${command}; echo ${mark.slice(0, 8)}''${mark.slice(8)}\n`)
  for await (const chunk of shell.stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    const at = text.indexOf(mark)
    if (at >= 0) return text.slice(0, at)
  }
  throw new Error(`the shell ended after ${JSON.stringify(text)}: ${JSON.stringify(await shell.ended)}`)
}

/** Processes of this machine whose arguments or environment hold `text`, this one left out. */
export function findProcessesWith(text: string, file: 'cmdline' | 'environ' = 'cmdline'): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/${file}`, 'latin1').includes(text)
      } catch {
        return false
      }
    })
    .map(Number)
}
