import type { Finding, Note } from '../../core/finding.js'
import type { Code, MatrixCell, SchemaStage, TestMatrix } from '../../core/matrix.js'
import type { LoadedMigration } from '../../migrations/load.js'
import type { BaseTree } from '../schemas/base-tree.js'
import { firstFailing } from './bisect.js'
import { breaksRunning, contractUnneeded, failsReleased, flakyRunning, sayNothing } from './findings.js'
import { runTests, setUp, type TestRun } from './run-tests.js'
import { databaseWith, urlOf, type Building } from './schema-databases.js'

export interface ToTest extends Building {
  /** As a shell reads it. */
  readonly command: string
  /** Makes the copy of the running code ready, once. */
  readonly setup: string | undefined
  /** A copy of the running code, and where it was taken from: `origin/main (1a2b3c4)`. */
  readonly tree: BaseTree & { readonly shown: string }
  readonly pending: readonly LoadedMigration[]
  readonly contracts: readonly LoadedMigration[]
}

/** A finding, and the migration beside which it could be waived. */
export interface Placed {
  readonly finding: Finding
  readonly migration: LoadedMigration | undefined
}

export interface Tested {
  readonly matrix: TestMatrix
  readonly found: readonly Placed[]
  readonly notes: readonly Note[]
}

/** What is known so far. */
interface Sheet {
  readonly cells: MatrixCell[]
  readonly found: Placed[]
  readonly notes: Note[]
}

/**
 * Runs the tests of the running code (V0) on its own schema and on the one that the pending migrations make of it, and
 * those of the new code (V1) on the latter; with contract migrations both on what these make of that. Every run has a
 * database of its own. What V0 fails on is put to the first migration after which it does.
 */
export async function testMatrix(toTest: ToTest): Promise<Tested> {
  const { world, server, command, setup, tree, pending, contracts } = toTest
  if (setup !== undefined) {
    const url = urlOf(server, await databaseWith(toTest, []))
    await tree.unlinkModules()
    await setUp(world, { command: setup, folder: tree.folder, url, shown: 'the running code' })
  }
  const sheet: Sheet = { cells: [], found: [], notes: [] }
  const sound = await tryRunning(toTest, sheet)
  const ready = await tryReleased(toTest, sheet)
  if (contracts.length > 0) await tryContracts(toTest, sheet, { sound, ready })
  const { cells, found, notes } = sheet
  const counts = { migrations: pending.length, contracts: contracts.length }
  return { matrix: { command, base: tree.shown, ...counts, cells }, found, notes }
}

/** V0 before and after the pending migrations. Whether its tests say anything: they pass before. */
async function tryRunning(toTest: ToTest, { cells, found }: Sheet): Promise<boolean> {
  const { command, pending } = toTest
  const last = pending.at(-1)
  const afterAll = async () => await tests(toTest, 'V0', pending.length)
  const before = await tests(toTest, 'V0', 0)
  cells.push(cellOf('V0', 'S0', before))
  const after = pending.length === 0 ? before : await afterAll()
  if (!before.passed) {
    cells.push({ ...cellOf('V0', 'S1', after), fine: true })
    found.push({ migration: last, finding: sayNothing({ command, migration: last }) })
  } else if (after.passed) {
    cells.push(cellOf('V0', 'S1', after))
  } else if ((await afterAll()).passed) {
    cells.push({ ...cellOf('V0', 'S1', after), outcome: 'flaky', fine: true })
    found.push({ migration: last, finding: flakyRunning({ command, migration: last }) })
  } else {
    cells.push(cellOf('V0', 'S1', after))
    const first = await firstFailing(
      pending.length,
      async (count) => (await tests(toTest, 'V0', count)).passed,
    )
    const migration = pending[first - 1]
    found.push({ migration, finding: breaksRunning({ command, migration }) })
  }
  return before.passed
}

/** V1 after the pending migrations. Whether its tests pass. */
async function tryReleased(toTest: ToTest, { cells, found }: Sheet): Promise<boolean> {
  const { command, pending } = toTest
  const run = await tests(toTest, 'V1', pending.length)
  cells.push(cellOf('V1', 'S1', run))
  const migration = pending.at(-1)
  if (!run.passed) found.push({ migration, finding: failsReleased({ schema: 'S1', command, migration }) })
  return run.passed
}

/** Both after the contract migrations too: V0 may fail there, or they would be no contracts; V1 may not. */
async function tryContracts(
  toTest: ToTest,
  { cells, found, notes }: Sheet,
  { sound, ready }: { readonly sound: boolean; readonly ready: boolean },
): Promise<void> {
  const { command, pending, contracts } = toTest
  const all = pending.length + contracts.length
  const old = await tests(toTest, 'V0', all)
  cells.push({ ...cellOf('V0', 'S2', old), fine: true })
  const [unneeded] = contracts
  if (sound && old.passed && unneeded !== undefined) notes.push(contractUnneeded(unneeded))
  const run = await tests(toTest, 'V1', all)
  cells.push(cellOf('V1', 'S2', run))
  if (run.passed || !ready) return
  const first = await firstFailing(
    contracts.length,
    async (count) => (await tests(toTest, 'V1', pending.length + count)).passed,
  )
  const migration = contracts[first - 1]
  found.push({ migration, finding: failsReleased({ schema: 'S2', command, migration }) })
}

const cellOf = (code: Code, schema: SchemaStage, { passed, durationMs, output }: TestRun): MatrixCell => ({
  code,
  schema,
  outcome: passed ? 'passed' : 'failed',
  fine: passed,
  durationMs,
  output: passed ? [] : output,
})

/** The tests of one code on a new database, after the first so many migrations, contracts last. */
async function tests(toTest: ToTest, code: Code, count: number): Promise<TestRun> {
  const { world, server, command, pending, contracts } = toTest
  const steps = [...pending, ...contracts].slice(0, count)
  const url = urlOf(server, await databaseWith(toTest, steps))
  const folder = code === 'V0' ? toTest.tree.folder : world.config.folder
  const whose = code === 'V0' ? 'of the running code' : 'of the new code'
  const last = steps.at(-1)
  const shown = last === undefined ? `${whose}, before any migration` : `${whose}, after ${last.file.name}`
  return await runTests(world, { command, folder, url, shown })
}
