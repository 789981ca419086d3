#!/usr/bin/env node
// The `ballonet` command in a clone: prepares what is missing (said on standard error only), then runs the built one.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuild } from './setup/build.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { projectDir } from './setup/paths.mjs'
import { runProgram } from './setup/setup-problem.mjs'

await runProgram(async () => {
  await ensureDependencies()
  await ensureBuild()
  await import(pathToFileURL(join(projectDir, 'out', 'main', 'cli.js')).href)
})
