import type { Finding, Note } from '../../core/finding.js'
import type { SchemaStage } from '../../core/matrix.js'
import type { TestRule } from '../../core/proof.js'
import { shownPath } from '../../migrations/failure.js'
import type { LoadedMigration } from '../../migrations/load.js'

interface Told {
  readonly command: string
  /** The first migration after which the tests fail, or the last one where that was not looked for. */
  readonly migration: LoadedMigration | undefined
}

/** The running code's tests fail on the schema that it is about to meet. */
export const breaksRunning = ({ command, migration }: Told): Finding =>
  finding('proof-tests-break', migration, {
    message: `The tests of the running code fail from this migration on: ${command}`,
    why: 'They pass without it, and the running code meets it until the last of its dynos is replaced.',
    instead:
      'Let this release only add, and move what takes away to contract-migrations/, which run when that code is gone.',
  })

/** The same, seen once, and not when they were run once more. */
export const flakyRunning = ({ command, migration }: Told): Finding => ({
  ...finding('proof-tests-break', migration, {
    message: `The tests of the running code failed once after the pending migrations, and then passed: ${command}`,
    why: 'A test that passes the second time says nothing of a migration.',
    instead: 'Make that test pass or fail for a reason.',
  }),
  severity: 'warning',
})

/** They fail before any migration, so they cannot accuse one. */
export const sayNothing = ({ command, migration }: Told): Finding => ({
  ...finding('proof-tests-fail', migration, {
    message: `The tests of the running code fail on its own schema, so they say nothing of the migrations: ${command}`,
    why: 'They run in a copy of the files of that commit, without what git ignores, on a database with no rows.',
    instead:
      'See that they pass there: --test-setup "npm ci && npm run build" makes that copy ready, and the tests bring their own rows.',
  }),
  hazard: 'unjudged',
})

/** The new code's tests fail on a schema that it has to work on. */
export const failsReleased = ({ schema, command, migration }: Told & { schema: SchemaStage }): Finding =>
  finding('proof-tests-fail', migration, {
    message: `The tests of the new code fail ${schema === 'S1' ? 'after the pending migrations' : 'once this contract migration has run'}: ${command}`,
    why:
      schema === 'S1'
        ? 'That is the schema it starts on.'
        : 'It runs while that code is serving, and nothing is left to go back to.',
    instead:
      schema === 'S1'
        ? 'Mend the code or the migration; what the code needs has to be there before it starts.'
        : 'Let the new code do without what the contract takes away, or leave the contract for a later release.',
  })

/** A contract that the running code would survive. */
export const contractUnneeded = (contract: LoadedMigration): Note => ({
  file: shownPath(contract.file),
  line: 1,
  rule: 'proof-tests-break',
  message:
    'the tests of the running code pass after the contract migrations too: either they do not reach what those take away, or it could be done at once',
})

function finding(
  rule: TestRule,
  migration: LoadedMigration | undefined,
  sentences: Pick<Finding, 'message' | 'why' | 'instead'>,
): Finding {
  return {
    file: migration === undefined ? 'package.json' : shownPath(migration.file),
    line: 1,
    statement: '',
    hazard: 'compatibility',
    rule,
    severity: 'error',
    table: undefined,
    ...sentences,
  }
}
