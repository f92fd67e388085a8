import { formatDuration } from '../../core/duration.js'
import { describeHolder, type Holder } from '../../core/holder.js'
import { formatMoment, formatSince } from '../../core/moment.js'
import type { Ownership } from '../../core/ownership.js'
import { isUnknown, type DatabaseStatus, type MigrationsStatus, type RunStatus } from '../../core/status.js'
import { alignColumns } from '../columns.js'
import { renderRecord } from '../render-maintenance.js'
import { oneLine, type Entry } from './entry.js'
import { renderSessions } from './sessions.js'

const pendingShown = 10

/** The database's side of `release status`; `prebootUntil` is what Heroku has to say to its sessions. */
export function renderDatabase(database: DatabaseStatus, now: Date, prebootUntil: Date | undefined): Entry[] {
  const { location, serverVersion, owner, migrations, holders, runs, migratedAt, sessions } = database
  const { maintenance } = database
  return [
    ['Database', [`${location}, PostgreSQL ${Math.floor(serverVersion / 10_000)}`]],
    ['Owner', [isUnknown(owner) ? oneLine(owner.error) : describeOwner(owner.ownership, owner.app)]],
    ...(isUnknown(migrations)
      ? [['Migrations', [oneLine(migrations.error)]] as const]
      : renderMigrations(migrations, isUnknown(migratedAt) ? null : migratedAt.at, now)),
    ['Lock', isUnknown(holders) ? [oneLine(holders.error)] : lockLines(holders.map(describeHolder))],
    ...downtime(maintenance, isUnknown(holders) ? [] : holders, now),
    ['Runs', isUnknown(runs) ? [oneLine(runs.error)] : runLines(runs)],
    renderSessions(sessions, now, prebootUntil),
  ]
}

function downtime(
  maintenance: DatabaseStatus['maintenance'],
  holders: readonly Holder[],
  now: Date,
): Entry[] {
  if (isUnknown(maintenance)) return [['Downtime', [oneLine(maintenance.error)]]]
  const { record } = maintenance
  return record === null ? [] : [['Downtime', renderRecord(record, { holders, now })]]
}

function describeOwner(ownership: Ownership, app: string | null): string {
  switch (ownership.kind) {
    case 'empty':
      return 'nobody: the database is empty'
    case 'unclaimed':
      return 'not known: there is no ledger yet; the first release makes it'
    case 'nameless':
      return 'an app whose name was not known when it released'
    case 'own':
      return app ?? 'an app whose name was not known when it released'
    case 'copy':
      return `${ownership.owner}; this is a copy of its database`
    case 'fork':
      return `${ownership.owner}; this is its database or a fork of it`
    case 'perhaps-copy':
      return `${ownership.owner}; this is its database or a copy of it`
    case 'foreign':
      return `${ownership.owner}, which is another app`
  }
}

function renderMigrations(migrations: MigrationsStatus, migratedAt: Date | null, now: Date): Entry[] {
  const { migrator, history, applied, pending, ahead, drift, problem } = migrations
  if (migrator !== undefined) {
    const succeeded = migratedAt === null ? '' : `, succeeded ${formatSince(migratedAt, now)}`
    return [['Migrator', [`${migrator}${succeeded}`]]]
  }
  const last = migratedAt === null ? '' : `, the last ${formatSince(migratedAt, now)}`
  return [
    ['Applied', [applied === null ? `0, there is no ${history} yet` : `${applied} in ${history}${last}`]],
    ...(pending === null ? [] : [['Pending', pendingLines(pending)] as const]),
    ...(drift.length === 0
      ? []
      : [
          [
            'Drift',
            drift.map(({ policy, message }) => `${policy === 'error' ? 'refused' : 'warning'}: ${message}`),
          ] as const,
        ]),
    ...(ahead.length === 0 ? [] : [['Ahead', [`of this code by ${shorten(ahead)}`]] as const]),
    ...(problem === undefined ? [] : [['Problem', [oneLine(problem)]] as const]),
  ]
}

function pendingLines(pending: readonly string[]): string[] {
  const rest = pending.length - pendingShown
  return [
    String(pending.length),
    ...pending.slice(0, pendingShown).map((name) => `  ${name}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ]
}

const shorten = (names: readonly string[]) =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`

const lockLines = (holders: readonly string[]) =>
  holders.length === 0 ? ['free'] : holders.map((line) => `held by ${line}`)

function runLines(runs: readonly RunStatus[]): string[] {
  if (runs.length === 0) return ['none yet']
  return alignColumns(
    runs.map((run) => [
      formatMoment(run.startedAt),
      [run.app ?? '(no name)', run.release].filter(Boolean).join(' '),
      run.dyno ?? `by hand${run.who === null ? '' : ` by ${run.who}`}`,
      run.outcome,
      `${run.applied} applied`,
      run.durationMs === null ? '' : formatDuration(run.durationMs),
      cut(run.error ?? ''),
    ]),
  )
}

const cut = (text: string) => (text.length > 100 ? `${text.slice(0, 99)}…` : text)
