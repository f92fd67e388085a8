// The suite on every other PostgreSQL that is promised, one after the other: npm run test:versions [-- FILE...]
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const versions = Object.keys(JSON.parse(readFileSync('test/support/postgres-versions.json', 'utf8')))

const failed = versions.filter((version) => {
  console.log(`\n=== PostgreSQL ${version}`)
  const run = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)],
    {
      env: { ...process.env, TEST_POSTGRES: version },
      stdio: 'inherit',
    },
  )
  return run.status !== 0
})

console.log(failed.length === 0 ? `\nPassed on ${versions.join(', ')}.` : `\nFailed on ${failed.join(', ')}.`)
process.exit(failed.length === 0 ? 0 : 1)
