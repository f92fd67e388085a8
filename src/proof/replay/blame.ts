import { beginning } from '../../core/beginning.js'
import type { Grammar } from '../../judge/sql/grammar.js'
import { readStatements } from '../../judge/sql/statements.js'
import { shownPath } from '../../migrations/failure.js'
import type { LoadedMigration } from '../../migrations/load.js'
import type { Session } from '../../postgres/session.js'
import { toJudged } from '../../story/judging.js'
import { searchPath, type World } from '../../story/world.js'
import { applyTo } from '../schemas/apply.js'
import type { Blamed } from '../verdict/findings.js'
import { symptomKey, type Symptom } from '../verdict/symptom.js'
import { replayOn } from './observe.js'
import { readState, symptomsBetween, type State } from './state.js'

/** A migration, and what queries meet after it that they did not meet before. */
export interface Changed {
  readonly migration: LoadedMigration
  readonly symptoms: readonly Symptom[]
}

export interface Blaming {
  readonly world: World
  readonly grammar: Grammar
  /** On a database with the schema of the running code, in which the migrations are run once more. */
  readonly session: Session
  /** Of the running code. */
  readonly searchPath: string
  readonly before: State
  readonly makeRoles: boolean
}

/** Finds the statement that brought each symptom, by running the migrations again, statement by statement. */
export async function blame(
  changes: readonly Changed[],
  blaming: Blaming,
): Promise<ReadonlyMap<Symptom, Blamed>> {
  const places = new Map<Symptom, Blamed>()
  const { world, session, makeRoles } = blaming
  const replayer = await replayOn(session, { searchPath: blaming.searchPath, shared: true })
  const involved = statementsOf(changes.flatMap(({ symptoms }) => symptoms))
  await replayer.prepareNamed(involved)
  let lost = false
  for (const { migration, symptoms } of changes) {
    const { pieces, inTransaction } = await piecesOf(migration, blaming)
    const [first = { line: 1, statement: '' }] = pieces ?? []
    const file = shownPath(migration.file)
    for (const symptom of symptoms) places.set(symptom, { file, ...first })
    const alone = pieces === undefined || pieces.length < 2 || symptoms.length === 0
    try {
      if (lost) continue
      if (alone) {
        await applyTo(world, session, migration, { makeRoles })
        continue
      }
      const open = new Map(symptoms.map((symptom) => [symptomKey(symptom), symptom]))
      const among = statementsOf(symptoms)
      await session.query(start(world, inTransaction))
      for (const piece of pieces) {
        await session.query(piece.statement)
        const now = await readState(replayer, among)
        for (const found of await symptomsBetween(blaming.before, now, replayer)) {
          const symptom = open.get(symptomKey(found))
          if (symptom === undefined) continue
          open.delete(symptomKey(found))
          places.set(symptom, { file, ...piece })
        }
      }
      if (inTransaction) await session.query('COMMIT')
    } catch (error) {
      world.signal.throwIfAborted()
      // It ran before as one piece, so only where it hurts stays unknown.
      if (session.status() !== 'idle') await session.query('ROLLBACK')
      lost = !inTransaction || alone
      if (!lost) lost = await applyTo(world, session, migration, { makeRoles }).then(isFalse, isTrue)
      if (session.lost() !== undefined) throw error
    }
  }
  return places
}

const isFalse = () => false
const isTrue = () => true

const statementsOf = (symptoms: readonly Symptom[]) => [...new Set(symptoms.map(({ query }) => query))]

const start = (world: World, inTransaction: boolean) =>
  inTransaction ? beginning(10_000, searchPath(world)) : `SET search_path TO ${searchPath(world)}`

interface Piece {
  readonly line: number
  readonly statement: string
}

/** The statements of a migration with their lines; undefined: they are known only while it runs. */
async function piecesOf(
  migration: LoadedMigration,
  { world, grammar }: Blaming,
): Promise<{ readonly pieces: readonly Piece[] | undefined; readonly inTransaction: boolean }> {
  const { texts, noTransaction } = await toJudged(migration, world.config.decamelize, world.signal)
  const pieces: Piece[] = []
  for (const { sql, line, inFile } of texts) {
    if (sql === undefined) return { pieces: undefined, inTransaction: !noTransaction }
    for (const { sql: statement, offset, node } of readStatements(sql, grammar)) {
      if (node === undefined) return { pieces: undefined, inTransaction: !noTransaction }
      // The transaction around it is ours.
      if ('TransactionStmt' in node && !noTransaction) continue
      pieces.push({ statement, line: inFile ? line + linesBefore(sql, offset) : line })
    }
  }
  return { pieces, inTransaction: !noTransaction }
}

const linesBefore = (text: string, offset: number) => text.slice(0, offset).split('\n').length - 1
