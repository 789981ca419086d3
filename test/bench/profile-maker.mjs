import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../scripts/setup/run-command.mjs'
import { builtDir } from './paths.mjs'

const functionCount = 2000
const depth = 27

/**
 * A Go program of so many functions that call each other along random paths; every allocation is a stack of its own. As a
 * `service` it has few ways in and ever more branches further down, which a flame graph shows as wide boxes over thin ones.
 */
const toProgram = () => `package main

import (
	"math/rand"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
)

var table [${functionCount}]func([]uint16)
var kept [][]byte

func allocate(size int) { kept = append(kept, make([]byte, size)) }

${Array.from(
  { length: functionCount },
  (_, index) => `//go:noinline
func step${index}(path []uint16) {
	if len(path) == 0 {
		allocate(${64 + 16 * (index % 61)})
		return
	}
	table[path[0]](path[1:])
}
`,
).join('\n')}
func init() {
	table = [...]func([]uint16){${Array.from({ length: functionCount }, (_, index) => `step${index}`).join(', ')}}
}

func main() {
	runtime.MemProfileRate = 1
	count, _ := strconv.Atoi(os.Args[1])
	random := rand.New(rand.NewSource(7))
	path := make([]uint16, ${depth - 2})
	level := ${functionCount} / len(path)
	for i := 0; i < count; i++ {
		for at := range path {
			if os.Args[2] != "service" {
				path[at] = uint16(random.Intn(${functionCount}))
				continue
			}
			ways := 2 + 4*at
			if ways > level {
				ways = level
			}
			path[at] = uint16(at*level + random.Intn(ways))
		}
		table[path[0]](path[1:])
	}
	runtime.GC()
	if err := pprof.Lookup("heap").WriteTo(os.Stdout, 0); err != nil {
		panic(err)
	}
	runtime.KeepAlive(kept)
}
`

const run = async (command, args, options = {}) => {
  const { status, output } = await runCommand(command, args, options)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${output.slice(-400)}`)
}

/**
 * The file of a real heap profile with so many stacks, made once. Needs Go.
 * @param {number} stackCount
 * @param {'random' | 'service'} shape
 */
export const makeProfile = async (stackCount, shape = 'random') => {
  const dir = join(builtDir, 'profile-maker')
  const file = join(dir, `${shape}-${stackCount}.pb.gz`)
  if (existsSync(file)) return file
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'go.mod'), 'module profilemaker\n\ngo 1.16\n')
  writeFileSync(join(dir, 'main.go'), toProgram())
  await run('go', ['build', '-o', 'maker', '.'], { cwd: dir })
  // The profile is binary: the shell keeps it, not our text.
  await run('sh', ['-c', `./maker ${stackCount} ${shape} > made.part`], { cwd: dir })
  renameSync(join(dir, 'made.part'), file)
  return file
}
