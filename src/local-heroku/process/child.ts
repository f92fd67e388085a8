import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Orphanage } from './orphans.js'
import { groupRuns, signalGroup } from './group.js'

export interface ChildOptions {
  readonly command: string
  readonly folder: string
  /** The whole environment: nothing of the parent's is added. */
  readonly env: Readonly<Record<string, string>>
  readonly orphanage: Orphanage
  /** Each line of stdout and stderr, without its newline. */
  onLine(text: string): void
}

export interface Child {
  /** The exit status, 128 plus the signal's number as a shell counts; once every process of the group is gone. */
  readonly exited: Promise<number>
  /** SIGTERM to every process, SIGKILL `graceMs` later; `onKill` is called before the SIGKILL. */
  stop(graceMs: number, onKill: () => void): Promise<number>
  kill(signal: NodeJS.Signals): void
}

// What a process left behind outside its group may hold the output open with; nobody waits longer for it.
const drainMs = 300
const groupPollMs = 15

/** Runs `sh -c command` as a process group of its own, as a dyno does. */
export function startChild(options: ChildOptions): Child {
  const child = spawn('/bin/sh', ['-c', options.command], {
    cwd: options.folder,
    env: { ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const groupId = child.pid
  if (groupId !== undefined) options.orphanage.add(groupId)
  let stopping: Promise<number> | undefined
  let gone = false
  let killed = false

  // The number of a group that is gone may be another's by now.
  const signal = (name: NodeJS.Signals) => {
    if (groupId !== undefined && !gone) signalGroup(groupId, name)
  }
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code, name) => resolve(code ?? 128 + (name === null ? 0 : constants.signals[name])))
    child.once('error', (error) => {
      options.onLine(`sh: ${error.message}`)
      resolve(127)
    })
  })
  const output = Promise.all([readLines(child.stdout, options), readLines(child.stderr, options)])

  const exited = ended.then(async (status) => {
    // A dyno is over when its first process is, except that a stopping dyno gives the others their grace.
    if (groupId !== undefined) {
      if (stopping !== undefined) await groupEnds(groupId)
      signal('SIGKILL')
      gone = true
      options.orphanage.remove(groupId)
    }
    await Promise.race([output, sleep(drainMs)])
    child.stdout.destroy()
    child.stderr.destroy()
    // The shell itself may have ended on SIGTERM while what it started had to be killed.
    return killed ? 128 + constants.signals.SIGKILL : status
  })

  return {
    exited,
    kill: signal,
    stop: async (graceMs, onKill) => {
      stopping ??= stopWithin(graceMs, onKill)
      return await stopping
    },
  }

  async function stopWithin(graceMs: number, onKill: () => void): Promise<number> {
    signal('SIGTERM')
    const timer = setTimeout(() => {
      onKill()
      killed = true
      signal('SIGKILL')
    }, graceMs)
    try {
      return await exited
    } finally {
      clearTimeout(timer)
    }
  }
}

async function groupEnds(groupId: number): Promise<void> {
  while (groupRuns(groupId)) await sleep(groupPollMs)
}

async function readLines(stream: Readable, options: ChildOptions): Promise<void> {
  const lines = createInterface({ input: stream, crlfDelay: Infinity })
  lines.on('line', (line) => options.onLine(line))
  await new Promise((resolve) => lines.once('close', resolve))
}
