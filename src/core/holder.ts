import { shownQuery } from './beginning.js'
import { formatDuration } from './duration.js'
import { formatTime } from './moment.js'

/** A session that holds the release lock. */
export interface Holder {
  readonly pid: number
  readonly applicationName: string
  readonly user: string
  readonly clientAddress: string | null
  /** `active`, `idle`, `idle in transaction`; null where this role may not see it. */
  readonly state: string | null
  /** The statement it runs, or ran last. */
  readonly query: string | null
  /** Null, as the next one, where this role may not see it. */
  readonly connectedSince: Date | null
  readonly connectedForMs: number | null
  readonly queryForMs: number
  /** What the ledger says of it, when it is a run of this command. */
  readonly run:
    | {
        readonly app: string | null
        readonly release: string | null
        readonly dyno: string | null
        readonly who: string | null
        readonly startedAt: Date
      }
    | undefined
}

/** `chart v42, dyno release.1234 (pid 7), since 12:04:10 UTC (3 min), running for 2 min: CREATE INDEX ...` */
export function describeHolder(holder: Holder): string {
  return [whoHolds(holder), sinceWhen(holder), whatItRuns(holder)].filter(Boolean).join(', ')
}

// A role without pg_read_all_stats sees of other roles' sessions little more than that they are there.
function sinceWhen({ connectedSince, connectedForMs }: Holder): string | undefined {
  if (connectedSince === null || connectedForMs === null) return undefined
  return `since ${formatTime(connectedSince)} (${formatDuration(connectedForMs)})`
}

function whoHolds({ run, applicationName, user, clientAddress, pid }: Holder): string {
  if (run !== undefined) {
    const app = [run.app ?? 'an app without a name', run.release].filter(Boolean).join(' ')
    const where = run.dyno === null ? `by hand by ${run.who ?? user}` : `dyno ${run.dyno}`
    return `${app}, ${where} (pid ${pid})`
  }
  const name = applicationName === '' ? 'a session without a name' : `"${applicationName}"`
  return `${name} of ${user} from ${clientAddress ?? 'this machine'} (pid ${pid})`
}

function whatItRuns({ state, query, queryForMs }: Holder): string {
  const text = shownQuery(query ?? '', 100)
  if (state === null || text === '') return 'what it runs cannot be seen'
  if (state === 'active') return `running for ${formatDuration(queryForMs)}: ${text}`
  return `${state}, last ran: ${text}`
}
