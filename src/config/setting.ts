import type * as z from 'zod/mini'

/** One setting: where it may be given, what it may be, and the sentence that the documentation prints. */
export interface Setting<
  Schema extends z.ZodMiniType = z.ZodMiniType,
  Default extends string | undefined = string | undefined,
> {
  readonly schema: Schema
  /** As a person would write it; undefined: there is none. */
  readonly default: Default
  /** Names of environment variables, the first that is set wins. */
  readonly env?: readonly string[]
  readonly flag?: string
  readonly short?: string
  /** Dotted path in the configuration file. */
  readonly file?: string
  /** What a value looks like, for `--help` and the documentation. */
  readonly shape: string
  readonly about: string
  /** Never printed, not even when it is wrong. */
  readonly secret?: true
}

/** Keeps the exact types of a setting, from which the type of its value is read off. */
export const setting = <Schema extends z.ZodMiniType, Default extends string | undefined>(
  schema: Schema,
  rest: Omit<Setting<Schema, Default>, 'schema'>,
): Setting<Schema, Default> => ({ schema, ...rest })
