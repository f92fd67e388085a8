import { formatDuration } from '../core/duration.js'
import { formatMoment, formatSince } from '../core/moment.js'
import type { RollbackPlan } from '../core/rollback/plan.js'
import type { PastRelease } from '../core/rollback/release.js'
import { isUnknown } from '../core/status.js'
import { alignColumns } from './columns.js'
import { entryLines, oneLine, type Entry } from './status/entry.js'

const mostShown = 15

/** What `release rollback vN` prints: what is known, and the summary last. */
export function renderRollbackPlan(plan: RollbackPlan): string[] {
  const { app, at, target, current, newer } = plan
  const entries: Entry[] = [
    ['App', [app]],
    ['To', [`v${target.version}: ${describe(target, at)}`]],
    [
      'From',
      [current === undefined ? 'no release that succeeded' : `v${current.version}: ${describe(current, at)}`],
    ],
    ['Takes back', takenBack(plan)],
    ['Schema', schemaLines(plan)],
    ['Command', [commandLine(plan)]],
    ...(newer.length === 0 || plan.refused !== undefined ? [] : [['Not known', [notKnown(plan)]] as const]),
  ]
  return [...entries.flatMap(entryLines), '', summarizeRollbackPlan(plan)]
}

const describe = ({ description, by, createdAt }: PastRelease, at: Date) =>
  `${description}${by === undefined ? '' : ` by ${by}`}, ${formatSince(createdAt, at)}`

/** Config vars go back with the code, so every release in between counts. */
function takenBack({ newer }: RollbackPlan): string[] {
  const lines = newer
    .filter(({ status }) => status !== 'failed')
    .map(({ version, description, status }) =>
      [`v${version} ${description}`, ...(status === 'succeeded' ? [] : [`(${status})`])].join(' '),
    )
  return lines.length === 0 ? ['nothing'] : shorten(lines)
}

function schemaLines({ since, target }: RollbackPlan): string[] {
  if (isUnknown(since)) return [`which migrations ran since is not known: ${oneLine(since.error)}`]
  const { migrations } = since
  if (migrations.length === 0) return [`no migration ran since v${target.version}`]
  const count = `${migrations.length} ${migrations.length === 1 ? 'migration' : 'migrations'}`
  const rows = migrations.map(({ name, release, at }) => [name, release ?? '', formatMoment(at)])
  return [
    `${count} ran since v${target.version}: its code has never run on what they made`,
    ...shorten(alignColumns(rows)).map((line) => `  ${line}`),
  ]
}

function commandLine({ releaseCommand, commandVerdict }: RollbackPlan): string {
  if (isUnknown(releaseCommand)) return `it is not known: ${oneLine(releaseCommand.error)}`
  if (isUnknown(commandVerdict)) return oneLine(commandVerdict.error)
  return `${releaseCommand.text ?? 'none'}: ${commandVerdict.why}`
}

function notKnown({ since, target }: RollbackPlan): string {
  return !isUnknown(since) && since.migrations.length === 0
    ? `whether the config vars of v${target.version} still hold: they go back with its code`
    : `whether the code of v${target.version} works on this schema: read those migrations`
}

const shorten = (lines: readonly string[]) =>
  lines.length <= mostShown
    ? [...lines]
    : [...lines.slice(0, mostShown), `and ${lines.length - mostShown} more`]

/** The last line: can it be done, and what is to be read first. */
export function summarizeRollbackPlan(plan: RollbackPlan): string {
  const { app, target, refused, existing, warnings } = plan
  const name = `v${target.version}`
  if (existing !== undefined)
    return existing.current
      ? `v${existing.version} is the rollback to ${name} already.`
      : `v${existing.version}, a rollback to ${name}, is under way.`
  if (refused !== undefined) return `${app} cannot be rolled back to ${name}: ${refused}.`
  const command = `release rollback ${name} --go --app ${app}`
  return warnings.length === 0
    ? `Nothing speaks against it: ${command}`
    : `It can be done; read this first: ${warnings.join('; ')}. Then: ${command}`
}

/** The last line after `--go`. */
export function renderRollbackOutcome(
  { app, target }: RollbackPlan,
  outcome: {
    readonly version: number
    readonly existed: boolean
    readonly dynos: readonly string[]
    readonly durationMs: number
  },
): string {
  const { version, existed, dynos, durationMs } = outcome
  const what = existed ? 'was rolled back before' : 'is rolled back'
  const up = dynos.length === 0 ? 'it has no dynos' : `up: ${shortNames(dynos)}`
  return `${app} ${what} to v${target.version} as v${version}; ${up} (${formatDuration(durationMs)}).`
}

const shortNames = (names: readonly string[]) =>
  names.length <= 10 ? names.join(', ') : `${names.slice(0, 9).join(', ')} and ${names.length - 9} more`
