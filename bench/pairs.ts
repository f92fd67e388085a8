import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'

export interface CommandLine {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Runs a node process to its end and returns its wall time in ms. Rejects when it fails. */
export async function timeMs({ args, cwd, env }: CommandLine): Promise<number> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const code = await new Promise<number | null>((resolve) => {
    child.on('exit', resolve)
  })
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${stderr}`)
  return performance.now() - startedAt
}

/** Runs a node process to its end and returns what it printed. Rejects when it fails. */
export async function runNode({ args, cwd, env }: CommandLine): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  return stdout
}

/** A process under way. */
export interface Started {
  /** Resolves with its status; null: a signal ended it. */
  readonly done: Promise<number | null>
  readonly isRunning: () => boolean
  readonly stderr: () => string
  /** Waits until stderr holds this text. */
  readonly says: (text: string) => Promise<void>
  readonly kill: (signal: NodeJS.Signals) => void
}

/** Starts a node process, for what is measured before its end. */
export function startNode({ args, cwd, env }: CommandLine): Started {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  const done = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const says = async (text: string) =>
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (stderr.includes(text)) resolve()
      }
      child.stderr.on('data', look)
      child.on('close', () => reject(new Error(`it ended without saying ${text}:\n${stderr}`)))
      look()
    })
  return {
    done,
    says,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/**
 * Times several pieces of work in turn, round by round after one round that does not count, and returns the
 * times of each, so that a drift of the machine meets all of them alike.
 */
export async function inTurn(rounds: number, works: readonly (() => Promise<number>)[]): Promise<number[][]> {
  const times = works.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, work] of works.entries()) {
      const ms = await work()
      if (round > 0) times[index]?.push(ms)
    }
  }
  return times
}

/** The median of the ratios of two series, pair by pair. */
export const medianRatio = (over: readonly number[], under: readonly number[]): number =>
  median(over.map((value, index) => value / (under[index] ?? Number.NaN)))
