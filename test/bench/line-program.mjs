import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A program that answers each line on its standard input with one line. It ends when its standard input closes. */
export const startLineProgram = (command, args = []) => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = []
  let ending = null
  const failAll = (reason) => {
    ending ??= reason
    for (const { reject } of waiting.splice(0)) reject(new Error(`${command}: ${reason}`))
  }
  child.stdin.on('error', () => {})
  child.on('error', (error) => failAll(error.message))
  child.on('exit', (status, signal) => failAll(`ended with ${signal ?? status}`))
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line))

  const nextLine = () =>
    new Promise((resolve, reject) => {
      if (ending === null) waiting.push({ resolve, reject })
      else reject(new Error(`${command}: ${ending}`))
    })
  return {
    pid: child.pid,
    nextLine,
    ask(line) {
      child.stdin.write(`${line}\n`)
      return nextLine()
    },
    /** Resolves when it has ended; it is killed after a grace. */
    close: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve()
        const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
        child.once('exit', () => {
          clearTimeout(timer)
          resolve()
        })
        child.stdin.end()
      }),
  }
}
