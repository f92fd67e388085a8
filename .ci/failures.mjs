// Reads a report of Vitest: its counts to standard output, what failed to standard error.
import { readFileSync } from 'node:fs'

const { numPassedTests, numFailedTests, testResults } = JSON.parse(
  readFileSync(process.argv[2] ?? '', 'utf8'),
)
for (const file of testResults) {
  // A file that could not be loaded has no tests.
  if (file.status === 'failed' && file.assertionResults.length === 0)
    console.error(`${file.name}\n${file.message}`)
  for (const test of file.assertionResults.filter(({ status }) => status === 'failed')) {
    console.error(`${file.name}: ${test.fullName}\n${test.failureMessages.join('\n').slice(0, 1500)}`)
  }
}
console.log(numPassedTests, numFailedTests)
