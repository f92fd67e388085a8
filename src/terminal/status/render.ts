import type { JudgedSession } from '../../core/session-owner.js'
import { isUnknown, type Status } from '../../core/status.js'
import { renderDatabase } from './database.js'
import { entryLines, oneLine, type Entry } from './entry.js'
import { renderPlatform } from './platform.js'
import { summarizeStatus } from './summary.js'

/** What `release status` prints: the database, the platform, and the summary last. */
export function renderStatus(status: Status): string[] {
  const { database, platform, at } = status
  const entries: Entry[] = [
    ...(isUnknown(database)
      ? [['Database', [oneLine(database.error)]] as const]
      : renderDatabase(database, at, isUnknown(platform) ? undefined : platform.prebootUntil)),
    ...(isUnknown(platform)
      ? [['Heroku', [oneLine(platform.error)]] as const]
      : renderPlatform(platform, at, sessionsOf(status))),
  ]
  return [...entries.flatMap(entryLines), '', summarizeStatus(status)]
}

function sessionsOf({ database }: Status): readonly JudgedSession[] {
  return isUnknown(database) || isUnknown(database.sessions) ? [] : database.sessions
}
