import { failedError } from '../core/errors.js'
import { formatDuration } from '../core/duration.js'
import type { Finding, Note } from '../core/finding.js'
import type { ProofReport } from '../core/proof.js'
import type { Query } from '../core/query.js'
import { loadGrammar, type Grammar } from '../judge/sql/grammar.js'
import { waiveProof } from '../judge/waivers/of-proof.js'
import type { LoadedMigration } from '../migrations/load.js'
import type { Selection } from '../story/selecting.js'
import { toJudged } from '../story/judging.js'
import { centralWaivers } from '../story/waiving.js'
import { searchPath as pathOf, targetOf, type World } from '../story/world.js'
import { coverageOf } from './coverage.js'
import { lookAtLive, type Live } from './live.js'
import { testMatrix, type Tested } from './matrix/matrix.js'
import { blame, type Changed } from './replay/blame.js'
import { replayOn } from './replay/observe.js'
import { readState, symptomsBetween, type State } from './replay/state.js'
import { applyTo } from './schemas/apply.js'
import { buildBase } from './schemas/build.js'
import { failureFinding } from './schemas/failed.js'
import { withSchemas, type Schemas } from './schemas/schemas.js'
import { withDatabases, type Databases } from './scratch/databases.js'
import { scratchServer, type ScratchServer } from './scratch/server.js'
import { statementsOf } from './statements.js'
import type { Tried } from './verdict/observation.js'
import { findingOf, fresh, noteOf } from './verdict/findings.js'
import { symptomKey, type Symptom } from './verdict/symptom.js'

export interface ToProve {
  readonly selection: Selection
  /** The path of a dump of the running code's schema, instead of its migrations. */
  readonly dumpPath: string | undefined
  readonly queries: readonly Query[]
  readonly tests: Tests | undefined
}

/** The app's tests, which are run on both schemas. */
export interface Tests {
  /** As a shell reads it: `npm test`. */
  readonly command: string
  /** Makes a copy of the running code ready for it: `npm ci`. */
  readonly setup: string | undefined
}

export interface Proof {
  readonly findings: readonly Finding[]
  readonly notes: readonly Note[]
  readonly report: ProofReport
}

/**
 * Tries the queries of the running code on its own schema and on the one that the pending migrations make of it, on
 * throw-away databases that are gone afterwards. The live database is only read. Throws 78 where there is no server
 * for that, and 1 where the schema of the running code cannot be built.
 */
export async function prove(world: World, toProve: ToProve): Promise<Proof> {
  const startedAt = performance.now()
  return await withinDeadline(world, async (bounded) => {
    const live = await lookAtLive(bounded, toProve.selection)
    const server = await scratchServer(
      bounded,
      world.config.databaseUrl === undefined ? undefined : targetOf(world),
    )
    try {
      return await withDatabases(server, bounded.signal, async (databases) => {
        const wanted = { ...toProve, selected: live?.selected }
        return await withSchemas(bounded, wanted, async (schemas) => {
          const { queries, tests } = toProve
          const proving = { world: bounded, server, databases, schemas, live, queries, tests }
          return await proveOn(proving, startedAt)
        })
      })
    } finally {
      await server.stop()
    }
  })
}

interface Proving {
  readonly world: World
  readonly server: ScratchServer
  readonly databases: Databases
  readonly schemas: Schemas
  readonly live: Live | undefined
  readonly queries: readonly Query[]
  readonly tests: Tests | undefined
}

async function proveOn(proving: Proving, startedAt: number): Promise<Proof> {
  const { world, server, databases, schemas, live, queries } = proving
  const grammar = await loadGrammar()
  const { statements, left } = statementsOf(queries, grammar)
  const searchPath = live?.searchPath ?? pathOf(world)
  const base = await databases.create()
  const builder = await databases.open(base)
  await buildBase(world, builder, schemas, server.own)
  await builder.end()

  const { before, changes, failed } = await replayAll(proving, { base, searchPath, statements })
  const places = changes.some(({ symptoms }) => symptoms.length > 0)
    ? await blame(changes, {
        world,
        grammar,
        searchPath,
        before,
        makeRoles: server.own,
        session: await databases.open(await databases.create(base)),
      })
    : new Map()
  const findings: Finding[] = []
  const notes: Note[] = []
  for (const { migration, symptoms } of changes) {
    const placeOf = (symptom: Symptom) => places.get(symptom) ?? nowhere
    const found = symptoms.flatMap((symptom) =>
      symptom.severity === 'note' ? [] : [findingOf(symptom, placeOf(symptom))],
    )
    notes.push(
      ...symptoms.flatMap((symptom) =>
        symptom.severity === 'note' ? [noteOf(symptom, placeOf(symptom))] : [],
      ),
    )
    if (found.length > 0) findings.push(...(await waived(world, migration, found, grammar)))
  }
  const tested = failed.length > 0 ? undefined : await test(proving, base)
  for (const { finding, migration } of tested?.found ?? []) {
    findings.push(
      ...(migration === undefined ? [finding] : await waived(world, migration, [finding], grammar)),
    )
  }
  const report = coverageOf({ ...proving, statements, left, before })
  return {
    findings: [...findings, ...failed],
    notes: [...notes, ...(tested?.notes ?? [])],
    report: {
      ...report,
      durationMs: performance.now() - startedAt,
      ...(tested === undefined ? {} : { matrix: tested.matrix }),
    },
  }
}

async function test({ tests, schemas, ...proving }: Proving, base: string): Promise<Tested | undefined> {
  const { tree, pending, contracts } = schemas
  if (tests === undefined || tree === undefined) return undefined
  return await testMatrix({ ...proving, ...tests, base, tree, pending, contracts })
}

/** As the judge does it: what somebody allowed beside the statement, with a reason. */
async function waived(
  { config, signal }: World,
  migration: LoadedMigration,
  findings: readonly Finding[],
  grammar: Grammar,
): Promise<Finding[]> {
  const file = await toJudged(migration, config.decamelize, signal)
  const today = new Date().toISOString().slice(0, 10)
  return waiveProof(findings, file, { grammar, waivers: await centralWaivers(config.folder), today })
}

const nowhere = { file: '', line: 1, statement: '' }

interface Replaying {
  readonly base: string
  readonly searchPath: string
  readonly statements: readonly Tried[]
}

/** Applies the migrations one by one, and looks after each at what the queries meet. */
async function replayAll(
  { world, server, databases, schemas }: Proving,
  { base, searchPath, statements }: Replaying,
): Promise<{
  readonly before: State
  readonly changes: readonly Changed[]
  readonly failed: readonly Finding[]
}> {
  const database = await databases.create(base)
  const replayer = await replayOn(await databases.open(database), { searchPath })
  const before = await readState(replayer, statements)
  const sound = statements.filter((statement) => before.observations.get(statement)?.refusal === undefined)
  await replayer.prepareNamed(sound)
  const migrator = await databases.open(database)
  const changes: Changed[] = []
  const seen = new Set<string>()
  for (const migration of schemas.pending) {
    world.signal.throwIfAborted()
    try {
      await applyTo(world, migrator, migration, { makeRoles: server.own })
    } catch (error) {
      world.signal.throwIfAborted()
      return { before, changes, failed: [await failureFinding(error, migration)] }
    }
    const now = await readState(replayer, sound)
    const symptoms = fresh(await symptomsBetween(before, now, replayer), seen)
    for (const symptom of symptoms) seen.add(symptomKey(symptom))
    changes.push({ migration, symptoms })
  }
  return { before, changes, failed: [] }
}

/** The longest that a proof may take is the deadline of a release. */
async function withinDeadline<Result>(
  world: World,
  work: (bounded: World) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController()
  const { deadlineMs } = world.config
  const passed = failedError('deadline', `The deadline of ${formatDuration(deadlineMs)} passed.`, {
    todo: ['A longer one: RELEASE_DEADLINE=1h.'],
  })
  const timer = setTimeout(() => late.abort(passed), Math.min(deadlineMs, 2 ** 31 - 1))
  const signal = AbortSignal.any([world.signal, late.signal])
  try {
    return await work({ ...world, signal })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    clearTimeout(timer)
  }
}
