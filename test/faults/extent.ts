import { availableParallelism } from 'node:os'
import type { Point } from './proxy.js'

/** FAULTS=all takes every point; otherwise a sample that FAULTS_SEED changes. */
export const all = process.env['FAULTS'] === 'all'
export const seed = Number(process.env['FAULTS_SEED'] ?? 1)

/** How many trials run at once; most of a trial is waiting. */
export const workers = availableParallelism() * (all ? 3 : 2)

/** What one trial came to. */
export interface Trial {
  /** Whether the run got as far as the point. */
  readonly struck: boolean
  readonly exitCode: number
  /** What is not as it should be, a line each. */
  readonly divergences: readonly string[]
}

export interface Extent {
  readonly points: readonly Point[]
  /** How many points there are altogether. */
  readonly of: number
  /** What is counted: messages, requests. */
  readonly kind: string
}

/** The trials of one fault, summed up. */
export interface Sum {
  readonly divergences: readonly string[]
  /** Trials that got as far as their point. How often a list is asked for differs by a few from run to run. */
  readonly struck: number
}

/** Runs trials, sums them up and prints that. */
export async function sumUp(
  fault: string,
  { points, of, kind }: Extent,
  run: (tell: (trial: Trial) => void) => Promise<void>,
): Promise<Sum> {
  const startedAt = performance.now()
  const divergences: string[] = []
  const exits = new Map<number, number>()
  let struck = 0
  await run((trial) => {
    if (trial.struck) struck += 1
    exits.set(trial.exitCode, (exits.get(trial.exitCode) ?? 0) + 1)
    for (const line of trial.divergences) console.log(line)
    divergences.push(...trial.divergences)
  })
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const ends = [...exits].map(([code, times]) => `${times} with ${code}`).join(', ')
  console.log(
    `${fault} before and after ${of / 2} ${kind}: ${of} points, ${points.length} tried, ${struck} struck, ` +
      `${divergences.length} divergences; the first run ended ${ends}; ${seconds} s`,
  )
  return { divergences, struck }
}
