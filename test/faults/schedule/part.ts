import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { databaseUrl, type TestDatabase } from '../../support/postgres.js'
import { root } from '../../support/root.js'
import { startRelease, type Environment, type RunResult } from '../../support/run-release.js'
import { appRole } from '../../support/scene.js'
import { startFaultProxy } from '../proxy.js'
import type { Blow, Part } from './plan.js'
import type { ScheduleStage } from './stage.js'

/** How a process of a schedule ended. */
export interface PlayedPart {
  readonly result: RunResult
  /** Whether its blow fell before it had ended. */
  readonly struck: boolean
}

export interface Playing {
  readonly stage: ScheduleStage
  /** Tells the releases of a schedule apart: `v2`. */
  readonly version: string
  readonly database: TestDatabase
  readonly environment: (url: string) => Environment
}

/** Starts a process at its time, lets its blow fall, and waits for its end. */
export async function playPart(
  { who, files, startMs, blow }: Part,
  { stage, version, database, environment }: Playing,
): Promise<PlayedPart> {
  await sleep(startMs)
  const server = new URL(inject('postgresUrl'))
  let struck = false
  const proxy = await startFaultProxy({
    target: { host: server.hostname, port: Number(server.port) },
    point: blow && { message: blow.message, side: 'after' },
    fault: (cut) => {
      setTimeout(() => void strike(cut), blow?.delayMs)
    },
  })
  const proxied = new URL(databaseUrl(database.name, appRole))
  proxied.host = `127.0.0.1:${proxy.port}`
  const name = who === 'release' ? `release-phase ${version}` : 'node-pg-migrate'
  const process = startRelease(who === 'release' ? ['migrate'] : ['up'], {
    cwd: stage.folderOf(files),
    env: { ...environment(proxied.href), HEROKU_RELEASE_VERSION: version, PGAPPNAME: name },
    ...(who === 'release'
      ? {}
      : { script: join(root, 'node_modules/node-pg-migrate/bin/node-pg-migrate.js') }),
    // Many run at once.
    deadlineMs: 300_000,
  })
  let over = false
  const strike = async (cut: () => void) => {
    if (over) return
    struck = true
    await fall(blow, { cut, kill: (signal) => process.kill(signal), database, name }).catch(() => undefined)
  }
  const result = await process.done
  over = true
  proxy.close()
  return { result, struck }
}

interface Victim {
  readonly cut: () => void
  readonly kill: (signal: NodeJS.Signals) => void
  readonly database: TestDatabase
  readonly name: string
}

async function fall(blow: Blow | undefined, { cut, kill, database, name }: Victim): Promise<void> {
  if (blow?.kind === 'SIGKILL' || blow?.kind === 'SIGTERM') kill(blow.kind)
  if (blow?.kind === 'cut') cut()
  if (blow?.kind !== 'terminate') return
  await database.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1',
    [name],
  )
}
