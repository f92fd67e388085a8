import type { Plan } from './plan.js'
import type { RestartDecision } from './restart-decision.js'

/** The SQL of a migration as far as it can be known without a database. */
export interface Preview {
  readonly name: string
  readonly sql: readonly string[]
  readonly inTransaction: boolean
  /** Why the SQL is not complete; undefined: it is. */
  readonly unknown: string | undefined
}

/** What `release migrate` would do now. */
export interface Forecast {
  /** Why it would leave everything alone; undefined: it would go on. */
  readonly skipped: string | undefined
  /** Why it would refuse to run; undefined: it would not. */
  readonly refused: string | undefined
  /** The command of another migrator, which alone knows what it would apply; undefined: files are run. */
  readonly migrator: string | undefined
  readonly plan: Plan | undefined
  readonly previews: readonly Preview[]
  /** Who holds the release lock now, each in one line. */
  readonly waitsFor: readonly string[]
  /** Whether the settings say that it closes the app meanwhile; what a waiver asks for, the judge says then. */
  readonly maintenance: boolean
  readonly restart: RestartDecision | undefined
}
