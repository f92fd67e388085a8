import { ReleaseError } from '../../src/core/errors.js'
import { migrate } from '../../src/library.js'
import { startRelease, type Environment } from '../support/run-release.js'

/** How a release ended, and what it said. */
export interface Ended {
  readonly exitCode: number
  readonly stderr: string
}

export interface FirstRelease {
  readonly done: Promise<Ended>
  /** Resolves when it has ended. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>
}

interface Options {
  readonly folder: string
  readonly environment: Environment
}

/** `release migrate` as a process of its own. */
export function releaseElsewhere({ folder, environment }: Options): FirstRelease {
  // Many run at once.
  const release = startRelease(['migrate'], { cwd: folder, env: environment, deadlineMs: 300_000 })
  const kill = async (signal: NodeJS.Signals) => {
    release.kill(signal)
    await release.done
  }
  return { done: release.done, kill }
}

/** The same in this process, for faults that are met outside of it: to start a process is most of a trial. */
export function releaseHere(options: Options): FirstRelease {
  const done = migrate(options).then(
    () => ({ exitCode: 0, stderr: '' }),
    (error: unknown) => {
      if (!(error instanceof ReleaseError)) throw error
      return { exitCode: error.exitCode, stderr: error.message }
    },
  )
  return { done, kill: async () => void (await done) }
}
