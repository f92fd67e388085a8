import { migrateCommand } from '../../src/commands/migrate.js'
import { loadConfig } from '../../src/config/load.js'
import { ReleaseError } from '../../src/core/errors.js'
import { readSurroundings } from '../../src/heroku/environment.js'
import type { Environment } from './run-release.js'

/** What a person would have seen. */
export interface Seen {
  readonly exitCode: number
  /** The summary, or the error's sentence. */
  readonly lines: readonly string[]
  readonly log: readonly string[]
}

/**
 * `release migrate` inside this process, for tables of cases so long that starting a process for each would
 * be most of the suite.
 */
export async function migrateHere(folder: string, environment: Environment): Promise<Seen> {
  const log: string[] = []
  const write = (step: string, line: string) => void log.push(`${step}: ${line}`)
  try {
    const { exitCode, lines } = await migrateCommand.run({
      world: {
        config: await loadConfig({ flags: {}, environment, folder }),
        surroundings: readSurroundings(environment),
        environment,
        log: { info: write, warn: write },
        signal: new AbortController().signal,
        redact: (text) => text,
        tool: 'release-phase test',
      },
      flags: {},
      positionals: [],
      interactive: false,
      show: () => true,
    })
    return { exitCode, lines, log }
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error
    return { exitCode: error.exitCode, lines: [error.message], log }
  }
}
