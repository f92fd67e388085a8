import { messageOf, ReleaseError } from './errors.js'

export const verdicts = ['pass', 'warn', 'fail', 'skip'] as const
/** `skip`: it could not be looked at, because of something that stands further up. */
export type Verdict = (typeof verdicts)[number]

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly verdict: Verdict
  /** A sentence without its stop. */
  readonly message: string
  /** What to do about it. */
  readonly mend?: string
}

export const pass = (name: string, message: string): Check => ({ name, verdict: 'pass', message })

export const warn = (name: string, message: string, mend: string): Check => ({
  name,
  verdict: 'warn',
  message,
  mend,
})

export const fail = (name: string, message: string, mend: string): Check => ({
  name,
  verdict: 'fail',
  message,
  mend,
})

export const skip = (name: string, message: string): Check => ({ name, verdict: 'skip', message })

/** A check that an error ended: the error's sentence, and what it says to do. */
export function failedBy(name: string, error: unknown): Check {
  const message = messageOf(error).replace(/\.$/, '')
  const mend =
    error instanceof ReleaseError
      ? error.todo[0]
      : 'Nobody foresaw this: run release doctor again, and if it stays, please report this line.'
  return { name, verdict: 'fail', message, ...(mend === undefined ? {} : { mend }) }
}

/** How many checks came to each verdict. */
export function countVerdicts(checks: readonly Check[]): Readonly<Record<Verdict, number>> {
  const counts = { pass: 0, warn: 0, fail: 0, skip: 0 }
  for (const { verdict } of checks) counts[verdict] += 1
  return counts
}
