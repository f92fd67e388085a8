import { inject } from 'vitest'
import { carries } from '../faults/messages.js'
import { startFaultProxy, type ProxyOptions } from '../faults/proxy.js'
import { eventually } from './eventually.js'
import { hold } from './hold.js'
import type { Running, RunResult } from './run-release.js'
import type { Scene } from './scene.js'

/** Starts a release through a proxy that shows each message of PostgreSQL's; `pass` hands it on. */
export async function startWatched(
  scene: Scene,
  onMessage: NonNullable<ProxyOptions['onMessage']>,
): Promise<{ readonly release: Running; readonly close: () => void }> {
  const server = new URL(inject('postgresUrl'))
  const target = { host: server.hostname, port: Number(server.port) }
  const proxy = await startFaultProxy({ target, onMessage })
  const url = new URL(scene.url)
  url.host = `127.0.0.1:${proxy.port}`
  return { release: scene.start('migrate', { DATABASE_URL: url.href }), close: () => proxy.close() }
}

/** Runs a release and kills it without a word when the server's answer that a statement is done (its tag) is on its way. */
export async function killWhenDone(scene: Scene, tag: string, times = 1): Promise<RunResult> {
  let left = times
  const { release, close } = await startWatched(scene, async (message, pass) => {
    if (message.from === 'server' && message.type === 'C' && carries(message, tag)) left -= 1
    if (left > 0) return void (await pass())
    release.kill('SIGKILL')
    await release.done
  })
  try {
    return await release.done
  } finally {
    close()
  }
}

/**
 * Runs a release whose migration stays at a statement that begins so (see `hold`), and kills it there without a word.
 * Its backend may go on from there; with `untilGone` it does not.
 */
export async function killAt(
  scene: Scene,
  statement: string,
  { untilGone = false } = {},
): Promise<RunResult> {
  const letGo = await hold(scene.database)
  const release = scene.start('migrate')
  const running = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
    AND application_name LIKE 'release-phase%' AND query LIKE $1`
  await eventually(
    async () => (await scene.database.query(running, [`${statement}%`])).length > 0,
    `the release runs ${statement}`,
  )
  release.kill('SIGKILL')
  const result = await release.done
  if (untilGone) {
    await eventually(
      async () => (await scene.database.query(running, [`${statement}%`])).length === 0,
      'the server has noticed',
    )
  }
  await letGo()
  return result
}
