import type { JudgedDyno } from '../../core/dyno-verdict.js'
import { isOutside } from '../../core/session-owner.js'
import { isUnknown, type Status } from '../../core/status.js'

/** The last line of `release status`: `chart v42: 12 applied, 1 pending; 4 dynos fine.` */
export function summarizeStatus(status: Status): string {
  const { platform } = status
  const app = isUnknown(platform) ? (status.app ?? ownerOf(status)) : platform.app
  const version = isUnknown(platform) ? undefined : platform.current?.version
  const name = [app ?? 'This app', version === undefined ? undefined : `v${version}`]
    .filter(Boolean)
    .join(' ')
  const parts = [
    aboutMigrations(status),
    aboutLock(status),
    aboutMaintenance(status),
    aboutReleases(status),
    aboutDynos(status),
    aboutSessions(status),
  ].filter((part) => part !== undefined)
  return `${name}: ${parts.join('; ')}.`
}

function ownerOf({ database }: Status): string | undefined {
  if (isUnknown(database) || isUnknown(database.owner)) return undefined
  return database.owner.app ?? undefined
}

function aboutMigrations({ database }: Status): string {
  if (isUnknown(database)) return 'the database is out of reach'
  const { migrations } = database
  if (isUnknown(migrations)) return 'the migrations are not known'
  const { migrator, applied, pending, ahead, drift } = migrations
  if (migrator !== undefined) return `migrated by ${migrator}`
  const refused = drift.filter(({ policy }) => policy === 'error').length
  return [
    `${applied ?? 0} applied`,
    pending === null ? 'pending not known' : `${pending.length} pending`,
    ...(ahead.length === 0 ? [] : [`${ahead.length} ahead of this code`]),
    ...(refused === 0 ? [] : [`${refused} refused`]),
  ].join(', ')
}

function aboutLock({ database }: Status): string | undefined {
  if (isUnknown(database) || isUnknown(database.holders)) return undefined
  return database.holders.length === 0 ? undefined : 'the release lock is held'
}

function aboutMaintenance({ database }: Status): string | undefined {
  if (isUnknown(database) || isUnknown(database.maintenance)) return undefined
  return database.maintenance.record === null ? undefined : 'closed by a release'
}

function aboutReleases({ platform }: Status): string | undefined {
  const [newest] = isUnknown(platform) ? [] : platform.newer
  return newest && `v${newest.version} ${newest.status}`
}

const order: readonly JudgedDyno['verdict'][] = [
  'fine',
  'starting',
  'old-release',
  'stuck',
  'crashed',
  'missing',
]

function aboutDynos({ platform }: Status): string {
  if (isUnknown(platform)) return 'dynos not known'
  if (platform.dynos.length === 0) return 'no dynos'
  const counts = order
    .map((verdict) => [verdict, platform.dynos.filter((dyno) => dyno.verdict === verdict).length] as const)
    .filter(([, count]) => count > 0)
  return counts
    .map(([verdict, count], index) => {
      const noun = index === 0 ? ` ${count === 1 ? 'dyno' : 'dynos'}` : ''
      return `${count}${noun} ${phrases[verdict]}`
    })
    .join(', ')
}

/** What the list of dynos does not tell: sessions of processes that it does not show, or all where there is no list. */
function aboutSessions({ database, platform }: Status): string | undefined {
  if (isUnknown(database) || isUnknown(database.sessions)) return undefined
  const { sessions } = database
  if (isUnknown(platform)) {
    const older = sessions.filter((session) => session.older === true).length
    return older === 0 ? undefined : `${countOf(older)} older than the last migration`
  }
  const outside = sessions.filter(isOutside).length
  return outside === 0 ? undefined : `${countOf(outside)} of no listed dyno`
}

const countOf = (count: number) => `${count} ${count === 1 ? 'session' : 'sessions'}`

const phrases: Readonly<Record<JudgedDyno['verdict'], string>> = {
  fine: 'fine',
  starting: 'starting',
  'old-release': 'on an old release',
  stuck: 'stuck',
  crashed: 'crashed',
  missing: 'missing',
}
