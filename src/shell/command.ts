import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { groupRuns, leashGroup, signalGroup } from './process-group.js'

export interface CommandOptions {
  /** As a shell reads it. */
  readonly command: string
  readonly folder: string
  /** The whole environment: nothing of this process is added. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Each line of stdout and stderr as it comes, without its end. */
  readonly onLine: (line: string) => void
}

/** How a command ended: its exit status, or the signal that ended it. */
export interface CommandEnd {
  readonly status: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly durationMs: number
}

export interface RunningCommand {
  /** Once every process of its group is gone and its output is read. Never rejects. */
  readonly ended: Promise<CommandEnd>
  /** Signals the whole group, and ends with SIGKILL what is left of it `graceMs` later. */
  stop(signal: NodeJS.Signals, graceMs: number): void
}

// A process outside the group may hold the output open; nobody waits longer for it.
const drainMs = 1000
const groupPollMs = 20

// Waits for a word on its fourth descriptor, so that no command runs before its group is on the leash.
const waiting = 'read -r release_phase_go <&3 || exit 1; exec 3<&-; exec /bin/sh -c "$1"'

/**
 * Runs `sh -c command` in a process group of its own, so that a signal reaches all that it starts, and a Ctrl-C
 * at the terminal reaches it by `stop` alone. The group dies with this process, however that ends.
 */
export function startCommand(options: CommandOptions): RunningCommand {
  const startedAt = performance.now()
  const child = spawn('/bin/sh', ['-c', waiting, 'sh', options.command], {
    cwd: options.folder,
    env: { ...options.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<null, Readable, Readable>
  const group = child.pid
  const leash = group === undefined ? undefined : leashGroup(group)
  const go = child.stdio[3] as Writable
  go.on('error', () => undefined)
  go.end('go\n')
  const output = Promise.all([readLines(child.stdout, options), readLines(child.stderr, options)])
  const exited = new Promise<Pick<CommandEnd, 'status' | 'signal'>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ status: code ?? undefined, signal: signal ?? undefined }))
    child.once('error', (error) => {
      options.onLine(`sh: ${error.message}`)
      resolve({ status: 127, signal: undefined })
    })
  })
  const state: { told: boolean; kill?: NodeJS.Timeout } = { told: false }

  return {
    ended: end(),
    stop: (signal, graceMs) => {
      if (group === undefined || state.told) return
      state.told = true
      signalGroup(group, signal)
      state.kill = setTimeout(() => signalGroup(group, 'SIGKILL'), graceMs)
    },
  }

  async function end(): Promise<CommandEnd> {
    const how = await exited
    if (group !== undefined) {
      // The shell may be gone at once, and what it started still has its grace.
      while (state.told && groupRuns(group)) await sleep(groupPollMs)
      clearTimeout(state.kill)
      signalGroup(group, 'SIGKILL')
    }
    leash?.release()
    // The number may be another group's from now on.
    state.told = true
    await Promise.race([output, sleep(drainMs, undefined, { ref: false })])
    child.stdout.destroy()
    child.stderr.destroy()
    return { ...how, durationMs: performance.now() - startedAt }
  }
}

async function readLines(stream: Readable, { onLine }: CommandOptions): Promise<void> {
  const lines = createInterface({ input: stream, crlfDelay: Infinity })
  lines.on('line', onLine)
  await new Promise((resolve) => lines.once('close', resolve))
}

/** The exit status as a shell counts it: 128 plus the number of the signal that ended it. */
export const statusOf = ({ status, signal }: Pick<CommandEnd, 'status' | 'signal'>): number =>
  status ?? 128 + (signal === undefined ? 0 : constants.signals[signal])
