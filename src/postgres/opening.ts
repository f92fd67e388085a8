import type { App } from '../core/ownership.js'
import { codeOf, followerError } from './connect-errors.js'
import { historyState } from './history.js'
import { literal, plainName, qualified, type Table } from './identifiers.js'
import { refusePooler, type Session } from './session.js'

/** What the first round trip of a run learns. */
export interface Opening {
  /** `server_version_num`, such as 170004. */
  readonly serverVersion: number
  /** True when the ledger proves that all of these files are applied already, and that the database is ours and open. */
  readonly upToDate: boolean
  readonly appliedCount: number
  /** An earlier release has left the app closed. */
  readonly closed: boolean
}

export interface OpeningQuestion {
  readonly history: Table
  /** Of the folder's file names; undefined: do not ask whether everything is applied. */
  readonly fingerprint: string | undefined
  readonly app: App
}

interface Row {
  readonly pid: number
  readonly follower: boolean
  readonly version: number
  readonly owner_app: string | null
  readonly owner_app_id: string | null
  readonly location: string
  readonly fingerprint: string | null
  readonly seen: string | null
  readonly now: string
  readonly applied: number
  readonly maintenance: boolean
}

const basics = `pg_backend_pid() AS pid, pg_is_in_recovery() AS follower,
  current_setting('server_version_num')::int AS version`

/**
 * Asks everything that a run with nothing to do needs, in one round trip whose cost does not grow with the
 * number of migrations but for one count. Refuses poolers and followers (78).
 */
export async function open(session: Session, question: OpeningQuestion): Promise<Opening> {
  const row = await ask(session, question)
  refusePooler(session, row.pid)
  if (row.follower) throw followerError(session.target)
  const upToDate =
    row.fingerprint !== undefined &&
    row.fingerprint === question.fingerprint &&
    row.seen === row.now &&
    row.location === session.target.location &&
    // What a release has left closed is looked after by the next one.
    row.maintenance === false &&
    isOwn(question.app, row)
  const { version: serverVersion, applied: appliedCount = 0, maintenance: closed = false } = row
  return { serverVersion, upToDate, appliedCount, closed }
}

function isOwn(app: App, row: Partial<Row>): boolean {
  if (app.id !== undefined && row.owner_app_id != null) return app.id === row.owner_app_id
  return app.name === undefined || app.name === row.owner_app
}

type Answer = Pick<Row, 'pid' | 'follower' | 'version'> & Partial<Row>

async function ask(session: Session, question: OpeningQuestion): Promise<Answer> {
  if (question.fingerprint !== undefined) {
    try {
      const { rows } = await session.query<Row>(fullQuestion(question.history))
      if (rows[0] !== undefined) return rows[0]
    } catch (error) {
      // No ledger or no history yet (42P01, 3F000), or one that this role may not read (42501).
      if (!['42P01', '3F000', '42501', '42703'].includes(codeOf(error) ?? '')) throw error
    }
  }
  const { rows } = await session.query<Pick<Row, 'pid' | 'follower' | 'version'>>(`SELECT ${basics}`)
  const [row] = rows
  if (row === undefined) throw new Error('the server answered nothing')
  return row
}

const fullQuestion = (history: Table) => `
SELECT ${basics}, l.owner_app, l.owner_app_id, l.location, s.fingerprint, s.history_state AS seen,
       h.state AS now, h.applied, EXISTS (SELECT FROM release_phase.maintenance) AS maintenance
FROM release_phase.ledger l
LEFT JOIN release_phase.seen s ON s.history = ${literal(plainName(history))}
CROSS JOIN (SELECT count(*)::int AS applied, ${historyState} AS state FROM ${qualified(history)}) h`
