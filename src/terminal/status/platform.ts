import type { JudgedDyno } from '../../core/dyno-verdict.js'
import { formatSince } from '../../core/moment.js'
import type { PlatformStatus, ReleaseStatus } from '../../core/status.js'
import { alignColumns } from '../columns.js'
import type { Entry } from './entry.js'

const dynosShown = 12
// https://devcenter.heroku.com/articles/preboot
const prebootMs = 3 * 60_000

/** The platform's side of `release status`. */
export function renderPlatform(platform: PlatformStatus, now: Date): Entry[] {
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
    ['Dynos', dynoLines(platform, now)],
  ]
}

function describeRelease(release: ReleaseStatus, now: Date, commit?: string): string {
  const { version, status, description, by, createdAt } = release
  const short = commit?.slice(0, 8)
  const code = short === undefined || description.includes(short.slice(0, 7)) ? '' : ` (${short})`
  return `v${version} ${status}: ${description}${code}${by === undefined ? '' : ` by ${by}`}, ${formatSince(createdAt, now)}`
}

function dynoLines(platform: PlatformStatus, now: Date): string[] {
  const { dynos } = platform
  const shown = dynos.length <= dynosShown ? dynos : dynos.filter(({ verdict }) => verdict !== 'fine')
  const rest = dynos.length - shown.length
  return [
    describeFormation(platform),
    ...alignColumns(shown.map((dyno) => dynoRow(dyno, now))).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} fine`] : []),
    ...advice(platform),
    ...prebootNote(platform, now),
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

function dynoRow(dyno: JudgedDyno, now: Date): string[] {
  return [
    dyno.name,
    dyno.state ?? '-',
    dyno.releaseVersion === undefined ? '-' : `v${dyno.releaseVersion}`,
    dyno.createdAt === undefined ? '-' : formatSince(dyno.createdAt, now),
    dyno.verdict.replace('-', ' '),
  ]
}

// While a release is under way the platform replaces every dyno by itself, and a restart boots old code.
function advice({ app, dynos, newer }: PlatformStatus): string[] {
  if (!dynos.some(({ verdict }) => verdict === 'stuck')) return []
  const pending = newer.find(({ status }) => status === 'pending')
  return pending === undefined
    ? [`-> stuck: older than the last migration. Renew them: release restart --app ${app}`]
    : [`-> stuck: older than the last migration; v${pending.version} replaces them when it succeeds`]
}

function prebootNote({ preboot, current }: PlatformStatus, now: Date): string[] {
  if (!preboot || current === undefined) return []
  const goneAt = current.createdAt.getTime() + prebootMs
  return goneAt <= now.getTime() || current.version < 2
    ? []
    : [`preboot is on: old web dynos, not listed here, may serve for another few minutes`]
}
