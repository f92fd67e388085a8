import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../core/duration.js'
import type { Changes } from './changes.js'
import { startChild, type Child } from './process/child.js'
import type { Log } from './log.js'
import type { Orphanage } from './process/orphans.js'
import { accepts, lendPort, returnPort } from './process/ports.js'
import type { Timing } from './timing.js'

/** https://devcenter.heroku.com/articles/platform-api-reference#dyno, attribute `state`. */
export type DynoState = 'crashed' | 'down' | 'idle' | 'starting' | 'up'

/** What a dyno is before it runs. */
export interface DynoPlan {
  readonly name: string
  readonly type: string
  readonly command: string
  readonly size: string
  readonly release: { readonly id: string; readonly version: number }
  readonly folder: string
  /** Expected to end: its last state is `complete` in the log, not `crashed`. */
  readonly oneOff: boolean
  /** The environment, once the dyno's id and port are known. */
  environment(dyno: { id: string; port: number | undefined }): Readonly<Record<string, string>>
  /** Called with each line of output, besides the app's log. */
  onLine?(text: string): void
}

/** A dyno that runs, or has run. The state changes by itself; `stop` ends it for good. */
export interface Dyno extends Omit<DynoPlan, 'environment' | 'folder' | 'onLine'> {
  readonly id: string
  readonly createdAt: Date
  updatedAt(): Date
  state(): DynoState
  /** Where a web dyno listens, once it has been given a port. */
  port(): number | undefined
  /** Whether `stop` was called. */
  stopped(): boolean
  /** Resolves with the exit status when the last process is gone. */
  readonly ended: Promise<number>
  /** SIGTERM, SIGKILL after the grace; resolves when it is over. */
  stop(graceMs?: number): Promise<void>
  /** Ends the processes at once, as a crash would. */
  kill(): void
}

/** What all dynos of an app share. */
export interface DynoHost {
  readonly timing: Timing
  readonly log: Log
  readonly orphanage: Orphanage
  readonly changes: Changes
}

/** Starts a dyno as a child process. Returns at once, in state `starting`. */
export function startDyno(host: DynoHost, plan: DynoPlan): Dyno {
  const { timing, log, changes } = host
  const { name, type, command, size, release, oneOff } = plan
  const id = randomUUID()
  const createdAt = new Date()
  let updatedAt = createdAt
  let state: DynoState = 'starting'
  let port: number | undefined
  let child: Child | undefined
  let stopping = false

  const say = (text: string) => log.write('heroku', name, text)
  const become = (next: DynoState, word: string = next) => {
    if (state === next) return
    // Of a dyno that is being stopped, Heroku logs the state of its successor.
    if (!stopping) say(`State changed from ${state} to ${word}`)
    state = next
    updatedAt = new Date()
    changes.notify()
  }

  const ended = run()
  return {
    name,
    type,
    command,
    size,
    release,
    oneOff,
    id,
    createdAt,
    ended,
    updatedAt: () => updatedAt,
    state: () => state,
    port: () => port,
    stopped: () => stopping,
    stop: async (graceMs = timing.stopGraceMs) => {
      const runs = state === 'starting' || state === 'up'
      if (!stopping && runs && child !== undefined) say('Stopping all processes with SIGTERM')
      stopping = true
      await child?.stop(graceMs, () => {
        const waited = graceMs % 1000 === 0 ? `${graceMs / 1000} seconds` : formatDuration(graceMs)
        say(`Error R12 (Exit timeout) -> At least one process failed to exit within ${waited} of SIGTERM`)
        say('Stopping remaining processes with SIGKILL')
      })
      await ended
    },
    kill: () => child?.kill('SIGKILL'),
  }

  async function run(): Promise<number> {
    if (type === 'web') port = await lendPort()
    try {
      const status = stopping ? 0 : await runChild()
      if (stopping || oneOff) become('down', 'complete')
      else become('crashed')
      return status
    } finally {
      if (port !== undefined) returnPort(port)
    }
  }

  async function runChild(): Promise<number> {
    say(`Starting process with command \`${command}\``)
    const started = startChild({
      command,
      folder: plan.folder,
      env: plan.environment({ id, port }),
      orphanage: host.orphanage,
      onLine: (text) => {
        log.write('app', name, text)
        plan.onLine?.(text)
      },
    })
    child = started
    const over = new AbortController()
    const boot = port === undefined ? settle(over.signal) : listen(port, started, over.signal)
    const status = await started.exited
    over.abort()
    await boot
    say(`Process exited with status ${status}`)
    return status
  }

  async function settle(over: AbortSignal): Promise<void> {
    // A one-off dyno counts as up at once; others must live a moment, so that a crash at boot is seen.
    const settleMs = oneOff ? 0 : timing.settleMs
    await sleep(settleMs, undefined, { signal: over }).catch(() => undefined)
    if (!over.aborted) become('up')
  }

  async function listen(on: number, started: Child, over: AbortSignal): Promise<void> {
    const deadline = performance.now() + timing.bootTimeoutMs
    while (!over.aborted) {
      const open = await accepts(on, 1000)
      if (over.aborted) return
      if (open) return become('up')
      if (performance.now() > deadline) return timeOut(started)
      await sleep(timing.portPollMs, undefined, { signal: over }).catch(() => undefined)
    }
  }

  function timeOut(started: Child): void {
    const limit = `${Number((timing.bootTimeoutMs / 1000).toFixed(2))} seconds`
    say(`Error R10 (Boot timeout) -> Web process failed to bind to $PORT within ${limit} of launch`)
    say('Stopping process with SIGKILL')
    started.kill('SIGKILL')
  }
}

// Closing must end in bounded time, however long the grace is that a dyno has otherwise.
const closeGraceMs = 2000

/** Stops a dyno for good, with a short grace even where it is stopping with a long one already. */
export async function endDyno(dyno: Dyno): Promise<void> {
  const timer = setTimeout(() => dyno.kill(), closeGraceMs)
  await dyno.stop()
  clearTimeout(timer)
}
