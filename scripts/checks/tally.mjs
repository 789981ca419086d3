/**
 * What a check found. Skipped tests are named one by one, because a skip that nobody reads hides a failure.
 * @typedef {{ passed: number, failed: number, skipped: string[] }} Tally
 */

/** @param {Tally[]} tallies @returns {Tally} */
export const addTallies = (tallies) => ({
  passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
  failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
  skipped: tallies.flatMap((tally) => tally.skipped),
})

/** The last line of `npm test`. @param {Tally} tally */
export const formatTally = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`

/** A run that tested nothing is no success. @param {Tally} tally */
export const isSuccess = ({ passed, failed }) => failed === 0 && passed > 0

/**
 * Reads vitest's JSON report. A file that could not be loaded has no test in it and counts as one failure.
 * @returns {Tally}
 */
export const tallyVitest = (report, exitStatus) => {
  const tally = { passed: 0, failed: 0, skipped: [] }
  for (const file of report.testResults) {
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
      tally.failed++
    for (const test of file.assertionResults) {
      if (test.status === 'passed') tally.passed++
      else if (test.status === 'failed') tally.failed++
      else tally.skipped.push(`${test.fullName} (${test.status})`)
    }
  }
  return withExitStatus(tally, exitStatus)
}

/**
 * Reads Playwright's JSON report. A test that passed only when repeated counts as passed.
 * @returns {Tally}
 */
export const tallyPlaywright = (report, exitStatus) => {
  const tally = { passed: 0, failed: report.errors?.length ?? 0, skipped: [] }
  const visit = (suite) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status === 'expected' || test.status === 'flaky') tally.passed++
        else if (test.status === 'unexpected') tally.failed++
        else tally.skipped.push(`${spec.title}${describeSkip(test)}`)
      }
    }
    for (const inner of suite.suites ?? []) visit(inner)
  }
  for (const suite of report.suites) visit(suite)
  return withExitStatus(tally, exitStatus)
}

const describeSkip = (test) => {
  const reason = test.annotations?.find((annotation) => annotation.type === 'skip')?.description
  return reason ? `: ${reason}` : ''
}

/** A runner that failed although no test did, such as by an unhandled error, is a failure of its own. */
const withExitStatus = (tally, exitStatus) =>
  exitStatus === 0 || tally.failed > 0 ? tally : { ...tally, failed: tally.failed + 1 }
