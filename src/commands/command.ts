import type { ExitCode } from '../core/exit-codes.js'
import type { SettingName } from '../config/settings.js'
import type { World } from '../story/world.js'

/** A flag of one command that is no setting. */
export interface CommandFlag {
  readonly name: string
  readonly type: 'string' | 'boolean'
  /** For a string: what a value looks like. */
  readonly shape?: string
  readonly about: string
  readonly multiple?: true
}

/** What a command is asked to do. */
export interface Invocation {
  readonly world: World
  readonly flags: Readonly<Record<string, string | boolean | string[] | undefined>>
  readonly positionals: readonly string[]
  /** The person is at a terminal and can be asked. */
  readonly interactive: boolean
  /**
   * Shows lines before the command ends: at a terminal in the place of those that it showed before. False once
   * nobody reads them.
   */
  readonly show: (lines: readonly string[]) => boolean
}

/** What a command says: lines for people on stdout, or with `--json` one object. */
export interface CommandResult {
  readonly exitCode: ExitCode
  readonly lines: readonly string[]
  readonly json: Readonly<Record<string, unknown>>
}

/** One command: what `--help` prints of it, and what it does. */
export interface Command {
  readonly name: string
  readonly usage: string
  readonly about: readonly string[]
  readonly settings: readonly SettingName[]
  readonly flags: readonly CommandFlag[]
  readonly examples: readonly (readonly [line: string, about: string])[]
  readonly maxPositionals?: number
  run(invocation: Invocation): Promise<CommandResult>
}

/** The settings that say where migrations are, shared by the commands that look at them. */
export const migrationSettings = [
  'migrationsDir',
  'migrationsTable',
  'schema',
  'migrationsSchema',
  'useGlob',
  'ignorePattern',
  'checkOrder',
  'decamelize',
  'tsconfigPaths',
] as const satisfies readonly SettingName[]
