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

/** A switch that is on by default is turned off by its flag: `--no-check-order`. */
export const isTurnedOff = ({ shape, default: value }: Setting): boolean =>
  shape === 'boolean' && value === 'true'

/** What a setting is about, as it stands beside its flag: what that one turns off, it says not to do. */
export const aboutFlag = (setting: Setting): string =>
  isTurnedOff(setting)
    ? `Do not ${setting.about.charAt(0).toLowerCase()}${setting.about.slice(1)}`
    : setting.about

/** Keeps the exact types of a setting, from which the type of its value is read off. */
export const setting = <Schema extends z.ZodMiniType, Default extends string | undefined>(
  schema: Schema,
  rest: Omit<Setting<Schema, Default>, 'schema'>,
): Setting<Schema, Default> => ({ schema, ...rest })
