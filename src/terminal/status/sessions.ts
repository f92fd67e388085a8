import { formatSince, formatTime } from '../../core/moment.js'
import { isOutside, type JudgedSession, type SessionOwner } from '../../core/session-owner.js'
import type { Known } from '../../core/status.js'
import { isUnknown } from '../../core/status.js'
import { alignColumns } from '../columns.js'
import { oneLine, type Entry } from './entry.js'

const groupsShown = 12

/** Sessions that are older than the last migration, or of processes that the list of dynos does not show. */
export function renderSessions(
  sessions: Known<readonly JudgedSession[]>,
  now: Date,
  prebootUntil: Date | undefined,
): Entry {
  if (isUnknown(sessions)) return ['Sessions', [oneLine(sessions.error)]]
  const shown = sessions.filter((session) => session.older === true || isOutside(session))
  const groups = groupAlike(shown)
  const rest = groups.length - groupsShown
  return [
    'Sessions',
    [
      countLine(sessions),
      ...alignColumns(groups.slice(0, groupsShown).map((group) => row(group, now))).map(
        (line) => `  ${line}`,
      ),
      ...(rest > 0 ? [`  and ${rest} more groups`] : []),
      ...hints(sessions, shown, prebootUntil),
    ],
  ]
}

function countLine(sessions: readonly JudgedSession[]): string {
  const older = sessions.filter((session) => session.older === true).length
  const isKnown = sessions.some((session) => session.older !== null)
  return `${sessions.length}${isKnown ? `, ${older === 0 ? 'none' : older} older than the last migration` : ''}`
}

function groupAlike(sessions: readonly JudgedSession[]): (readonly JudgedSession[])[] {
  const groups = new Map<string, JudgedSession[]>()
  for (const session of sessions) {
    const key = keyOf(session)
    groups.set(key, [...(groups.get(key) ?? []), session])
  }
  return [...groups.values()]
}

const keyOf = ({ owner, older, user, applicationName, clientAddress }: JudgedSession): string =>
  JSON.stringify([owner, older, user, applicationName, clientAddress])

// Oldest first, as the sessions of a group are.
function row(group: readonly JudgedSession[], now: Date): string[] {
  const [oldest] = group
  if (oldest === undefined) return []
  const { since, applicationName, user, clientAddress } = oldest
  const name = applicationName === '' ? user : `"${applicationName}"`
  return [
    `${group.length} of ${describeOwner(oldest.owner)}`,
    since === null ? '' : `since ${formatSince(since, now)}`,
    `${name} from ${clientAddress ?? 'the server itself'}`,
  ]
}

function describeOwner({ kind, dynos }: SessionOwner): string {
  const [first = ''] = dynos
  switch (kind) {
    case 'dyno':
      return first
    case 'replaced':
      return /\.\d+$/.test(first) ? `an earlier ${first}` : `${first}, which is gone`
    case 'one-of':
      return dynos.length > 3 ? `one of ${dynos.length} dynos, or none` : `${dynos.join(', ')} or no dyno`
    case 'unlisted':
      return 'no listed dyno'
    case 'unknown':
      return 'whom is not known'
  }
}

function hints(
  sessions: readonly JudgedSession[],
  shown: readonly JudgedSession[],
  prebootUntil: Date | undefined,
): string[] {
  const unseen = sessions.filter(({ since }) => since === null).length
  const isNameless = shown.some(({ owner }) => owner.kind === 'one-of' || owner.kind === 'unlisted')
  const preboot =
    prebootUntil === undefined
      ? ''
      : `an old web dyno that preboot keeps serving until ${formatTime(prebootUntil)}, `
  return [
    ...(shown.some(isOutside)
      ? [`-> not listed: ${preboot}a dyno that is being stopped, or no dyno at all (a person, another app)`]
      : []),
    ...(isNameless ? ['-> PGAPPNAME=$DYNO in front of a Procfile’s command tells which dyno it is'] : []),
    ...(unseen > 0 ? [`${unseen} of other roles: since when, this role may not see`] : []),
  ]
}
