import type { JudgedDyno } from '../../core/dyno-verdict.js'
import { describeQuota, isQuotaNear } from '../../core/api-quota.js'
import { formatSince, formatTime } from '../../core/moment.js'
import type { JudgedSession } from '../../core/session-owner.js'
import type { PlatformStatus, ReleaseStatus } from '../../core/status.js'
import { alignColumns } from '../columns.js'
import type { Entry } from './entry.js'

const dynosShown = 12
// https://devcenter.heroku.com/articles/release-phase
const longestPhaseMs = 3_600_000

/** The platform's side of `release status`; `sessions` are the database's word on its dynos. */
export function renderPlatform(
  platform: PlatformStatus,
  now: Date,
  sessions: readonly JudgedSession[],
): Entry[] {
  const { app, generation, maintenance, current, newer } = platform
  const notes = [generation, maintenance ? 'in maintenance mode' : undefined].filter(Boolean).join(', ')
  return [
    ['App', [`${app}${notes === '' ? '' : ` (${notes})`}`]],
    [
      'Release',
      [
        current === undefined ? 'none yet' : describeRelease(current, now, current.commit),
        ...newer.map((release) => describeRelease(release, now)),
      ],
    ],
    ['Dynos', dynoLines(platform, now, sessions)],
  ]
}

function describeRelease(release: ReleaseStatus, now: Date, commit?: string): string {
  const { version, status, description, by, createdAt } = release
  const short = commit?.slice(0, 8)
  const code = short === undefined || description.includes(short.slice(0, 7)) ? '' : ` (${short})`
  const lost = status === 'pending' && now.getTime() - createdAt.getTime() > longestPhaseMs
  return (
    `v${version} ${status}: ${description}${code}${by === undefined ? '' : ` by ${by}`}, ` +
    `${formatSince(createdAt, now)}${lost ? ', longer than a release phase may take: it hangs' : ''}`
  )
}

function dynoLines(platform: PlatformStatus, now: Date, sessions: readonly JudgedSession[]): string[] {
  const { dynos } = platform
  const shown = dynos.length <= dynosShown ? dynos : dynos.filter(({ verdict }) => verdict !== 'fine')
  const rest = dynos.length - shown.length
  return [
    describeFormation(platform),
    ...alignColumns(shown.map((dyno) => dynoRow(dyno, now, sessions))).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} fine`] : []),
    ...advice(platform),
    ...prebootNote(platform),
    ...quotaNote(platform),
  ]
}

const notRunning: ReadonlySet<JudgedDyno['verdict']> = new Set(['missing', 'crashed', 'starting'])

function describeFormation({ formation, dynos }: PlatformStatus): string {
  if (formation.length === 0) return 'every process type is scaled to zero'
  return formation
    .toSorted((a, b) => Number(b.type === 'web') - Number(a.type === 'web') || a.type.localeCompare(b.type))
    .map(({ type, quantity }) => {
      const absent = dynos.filter((dyno) => dyno.type === type && notRunning.has(dyno.verdict)).length
      return `${type} ${quantity - absent} of ${quantity} up`
    })
    .join(', ')
}

function dynoRow(dyno: JudgedDyno, now: Date, sessions: readonly JudgedSession[]): string[] {
  return [
    dyno.name,
    dyno.size ?? '-',
    dyno.state ?? '-',
    dyno.releaseVersion === undefined ? '-' : `v${dyno.releaseVersion}`,
    dyno.createdAt === undefined ? '-' : formatSince(dyno.createdAt, now),
    dyno.verdict.replace('-', ' '),
    describeSessions(sessions.filter(({ owner }) => owner.kind === 'dyno' && owner.dynos[0] === dyno.name)),
  ]
}

function describeSessions(sessions: readonly JudgedSession[]): string {
  const { length } = sessions
  if (length === 0) return ''
  const older = sessions.filter((session) => session.older === true).length
  return `${length} ${length === 1 ? 'session' : 'sessions'}${older === 0 ? '' : `, ${older} older than the migration`}`
}

function advice(platform: PlatformStatus): string[] {
  const stuck = platform.dynos.filter(({ verdict }) => verdict === 'stuck')
  const oneOffs = stuck.filter(({ oneOff }) => oneOff).map(({ name }) => name)
  return [
    ...(stuck.length > oneOffs.length ? [renewal(platform)] : []),
    ...(oneOffs.length === 0
      ? []
      : [
          `-> stuck as well, and no restart touches one-off dynos: ${oneOffs.join(', ')}. ` +
            `When its work may end: heroku ps:stop ${oneOffs[0]} --app ${platform.app}`,
        ]),
  ]
}

// While a release is under way the platform replaces every dyno by itself, and a restart boots old code.
function renewal({ app, newer }: PlatformStatus): string {
  const pending = newer.find(({ status }) => status === 'pending')
  return pending === undefined
    ? `-> stuck: older than the last migration. Renew them: release restart --stuck --app ${app}`
    : `-> stuck: older than the last migration; v${pending.version} replaces them when it succeeds`
}

const prebootNote = ({ prebootUntil }: PlatformStatus): string[] =>
  prebootUntil === undefined
    ? []
    : [`preboot is on: old web dynos, not listed here, may go on serving until ${formatTime(prebootUntil)}`]

const quotaNote = ({ requestsLeft }: PlatformStatus): string[] =>
  requestsLeft !== undefined && isQuotaNear(requestsLeft) ? [describeQuota(requestsLeft)] : []
