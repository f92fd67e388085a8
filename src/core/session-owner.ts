import type { JudgedDyno } from './dyno-verdict.js'

/** A session of the app's database, as pg_stat_activity has it. */
export interface SessionFact {
  readonly pid: number
  readonly user: string
  readonly applicationName: string
  /** Null: it came through a socket on the server; and where this role may not see it, so too the next two. */
  readonly clientAddress: string | null
  /** When it connected, by the database's clock. */
  readonly since: Date | null
  /** `active`, `idle`, `idle in transaction`. */
  readonly state: string | null
}

/**
 * Whose session it can be:
 * - `dyno`: of this dyno, whose name is its application_name
 * - `replaced`: of the dyno of this name that another one took the place of, or that is gone from the list
 * - `one-of`: of one of these, which were running when it connected, or of something that is no dyno
 * - `unlisted`: of none that is listed: it is older than all of them
 * - `unknown`
 */
export type SessionOwnerKind = 'dyno' | 'replaced' | 'one-of' | 'unlisted' | 'unknown'

export interface SessionOwner {
  readonly kind: SessionOwnerKind
  /** One name for `dyno` and `replaced`, one or more for `one-of`, none for the others. */
  readonly dynos: readonly string[]
}

export interface JudgedSession extends SessionFact {
  /** It connected before the last migration finished; null: not known. */
  readonly older: boolean | null
  readonly owner: SessionOwner
}

export interface SessionFacts {
  /** When the last migration finished; null: there was none; undefined: not known. */
  readonly migratedAt: Date | null | undefined
  /** Undefined: the platform could not be asked. */
  readonly dynos: readonly JudgedDyno[] | undefined
}

/** Two clocks are compared, the database's and Heroku's. */
const clockSlackMs = 1000

const noDyno = (kind: SessionOwnerKind): SessionOwner => ({ kind, dynos: [] })

/**
 * Says of each session whether it is older than the last migration, and whose it can be. A dyno's name in
 * `application_name` tells it (PGAPPNAME=$DYNO); else only the time does: no process has a connection that is
 * older than itself.
 */
export function judgeSessions(
  sessions: readonly SessionFact[],
  { migratedAt, dynos }: SessionFacts,
): readonly JudgedSession[] {
  return sessions.map((session) => ({
    ...session,
    older: isOlder(session, migratedAt),
    owner: dynos === undefined ? noDyno('unknown') : ownerOf(session, dynos),
  }))
}

/** True for a session of a process that the list of dynos does not show. */
export const isOutside = ({ owner }: JudgedSession): boolean =>
  owner.kind === 'replaced' || owner.kind === 'unlisted'

function isOlder({ since }: SessionFact, migratedAt: Date | null | undefined): boolean | null {
  if (migratedAt === null) return false
  return since === null || migratedAt === undefined ? null : since < migratedAt
}

function ownerOf(session: SessionFact, dynos: readonly JudgedDyno[]): SessionOwner {
  const name = dynoNameIn(session.applicationName, dynos)
  if (name !== undefined) {
    const listed = dynos.find((dyno) => dyno.name === name && mayOwn(dyno, session))
    return { kind: listed === undefined ? 'replaced' : 'dyno', dynos: [name] }
  }
  if (session.since === null) return noDyno('unknown')
  const possible = dynos.filter((dyno) => mayOwn(dyno, session)).map((dyno) => dyno.name)
  return possible.length === 0 ? noDyno('unlisted') : { kind: 'one-of', dynos: possible }
}

function mayOwn(dyno: JudgedDyno, { since, applicationName }: SessionFact): boolean {
  const { state, createdAt, releaseVersion } = dyno
  if (createdAt === undefined || state === 'crashed' || state === 'down') return false
  const named = /(?:^|\s)v(\d+)(?:\s|$)/.exec(applicationName)?.[1]
  if (named !== undefined && releaseVersion !== undefined && Number(named) !== releaseVersion) return false
  return since === null || since.getTime() >= createdAt.getTime() - clockSlackMs
}

const oneOffTypes = ['run', 'scheduler', 'release']

// `web.1` on Cedar, `web-1234abcde-123ab` on Fir; `puma.6` is no dyno's name where there is no such process type.
// https://devcenter.heroku.com/articles/dynos#local-environment-variables
function dynoNameIn(applicationName: string, dynos: readonly JudgedDyno[]): string | undefined {
  const types = new Set([...oneOffTypes, ...dynos.map(({ type }) => type)])
  return applicationName.split(/\s+/).find((word) => {
    const [, type] = /^(.+?)(?:\.\d+|-[0-9a-f]{4,}-[0-9a-z]{5})$/.exec(word) ?? []
    return type !== undefined && types.has(type)
  })
}
