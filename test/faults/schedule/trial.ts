import type { Client } from 'pg'
import { messageOf } from '../../../src/core/errors.js'
import { migrate } from '../../../src/library.js'
import { leftovers } from '../leftovers.js'
import { differences, takePicture, type Picture } from '../picture.js'
import { randomFrom } from '../points.js'
import { startApp, type App } from './app.js'
import { playPart, type PlayedPart } from './part.js'
import type { Blow, Part, Schedule } from './plan.js'
import type { ScheduleStage } from './stage.js'
import { watchWaits, type Waits } from './waits.js'

/** What one schedule came to. */
export interface Played {
  readonly divergences: readonly string[]
  /** Blows that fell before the process they were meant for had ended. */
  readonly struck: number
  readonly answered: number
  /** The longest that the app was seen to wait for a release at a time. */
  readonly longestWaitMs: number
}

/** The schema, the history and the marks that seven migrations leave which nothing disturbed. */
export async function pictureUndisturbed(stage: ScheduleStage): Promise<Picture> {
  return await stage.databases.lend(async ({ url, observer }) => {
    await migrate({ folder: stage.folderOf(7), environment: environment(url) })
    return await look(observer)
  })
}

/** Plays a schedule to its end under traffic, then releases once more, and compares what is there then. */
export async function playSchedule(
  stage: ScheduleStage,
  schedule: Schedule,
  undisturbed: Picture,
): Promise<Played> {
  return await stage.databases.lend(async ({ database, url, client, observer }) => {
    const waits = watchWaits(client)
    const app = await startApp(database, url, randomFrom(schedule.seed + 1))
    const divergences: string[] = []
    let struck = 0
    const play = async (part: Part, index: number) => {
      const played = await playPart(part, { stage, version: `v${index + 1}`, database, environment })
      if (played.struck) struck += 1
      divergences.push(...judgePart(part, played))
    }
    try {
      await Promise.all(schedule.parts.map(play))
      await migrate({ folder: stage.folderOf(7), environment: environment(url) }).catch((error: unknown) => {
        divergences.push(`the last release failed: ${messageOf(error)}`)
      })
    } finally {
      await app.stop()
      await waits.stop()
    }
    divergences.push(...judgeApp(app, waits))
    divergences.push(...differences(undisturbed, await look(observer)))
    divergences.push(...(await appliedTwice(observer)))
    divergences.push(...(await leftovers(observer, ['release-phase%', 'node-pg-migrate'])))
    const longestWaitMs = waits.longestForReleaseMs()
    return { divergences, struck, answered: app.answered(), longestWaitMs }
  })
}

const environment = (url: string) => ({
  DATABASE_URL: url,
  RELEASE_LOCK_TIMEOUT: '400ms',
  RELEASE_LOCK_WAIT: '4m',
  RELEASE_DEADLINE: '10m',
  // Another test's business.
  RELEASE_JUDGE_BREAKS: 'allow',
  RELEASE_JUDGE_STALLS: 'allow',
  RELEASE_JUDGE_UNKNOWN: 'allow',
})

const allowed: Readonly<Record<Blow['kind'], readonly number[]>> = {
  SIGKILL: [0, 137],
  SIGTERM: [0, 143],
  terminate: [0, 69],
  cut: [0, 69],
}

/** How node-pg-migrate's command ends is its own affair. */
function judgePart({ who, files, blow }: Part, { result, struck }: PlayedPart): string[] {
  // A machine that is too busy to answer is none of ours.
  if (result.stderr.includes('accepted the connection and did not answer')) return []
  const expected = struck && blow !== undefined ? allowed[blow.kind] : [0]
  if (who !== 'release' || expected.includes(result.exitCode)) return []
  return [`the release of ${files} files ended with ${result.exitCode}: ${result.stderr.trim()}`]
}

/** The app's lock_timeout is far above a release's: a statement that meets it waited for somebody else. */
function judgeApp({ failed }: App, waits: Waits): string[] {
  return failed.flatMap(({ pid, sqlstate, line }) => {
    const blockers = waits.blockersOf(pid)
    if (sqlstate === '55P03' && blockers.includes('node-pg-migrate')) return []
    return [`the app failed: ${line}; in its way: ${blockers.join(', ')}`]
  })
}

// What the app writes, and what the ledger knows of migrations that node-pg-migrate applied, differ each time.
const look = async (client: Client): Promise<Picture> =>
  await takePicture(client, {
    rows: `SELECT 'mark ' || name FROM marks UNION ALL SELECT 'tag ' || name FROM tags`,
    steps: `SELECT format('%s %s', migration, place) FROM release_phase.statements`,
  })

async function appliedTwice(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ migration: string }>(
    `SELECT migration FROM release_phase.steps WHERE outcome = 'applied' GROUP BY migration HAVING count(*) > 1`,
  )
  return rows.map(({ migration }) => `${migration} was applied twice`)
}
