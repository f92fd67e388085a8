import { parseArgs, type ParseArgsConfig } from 'node:util'
import { messageOf, usageError } from '../core/errors.js'
import { nearest } from '../core/nearest.js'
import type { Setting } from '../config/setting.js'
import { settings } from '../config/settings.js'
import type { Command } from './command.js'

export interface Arguments {
  readonly flags: Readonly<Record<string, string | boolean | string[] | undefined>>
  readonly positionals: readonly string[]
}

type Options = NonNullable<ParseArgsConfig['options']>

const everywhere: Options = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  config: { type: 'string' },
  app: { type: 'string' },
}

/** Reads the flags of a command. Throws a usage error (64) that names what was probably meant. */
export function readArguments(command: Command, words: readonly string[]): Arguments {
  const options = optionsOf(command)
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    })
    const most = command.maxPositionals ?? 0
    if (positionals.length > most) {
      throw usageError(`release ${command.name} does not take "${positionals[most]}".`, {
        todo: [`See what it takes: release ${command.name} --help`],
      })
    }
    return { flags: values as Arguments['flags'], positionals }
  } catch (error) {
    throw asUsageError(error, command, Object.keys(options))
  }
}

function optionsOf(command: Command): Options {
  const own = command.flags.map(({ name, type, multiple }) => [
    name,
    { type, ...(multiple === undefined ? {} : { multiple }) },
  ])
  const fromSettings = command.settings.flatMap((name) => {
    const setting: Setting = settings[name]
    if (setting.flag === undefined) return []
    const type = setting.shape === 'boolean' ? 'boolean' : 'string'
    return [[setting.flag, { type, ...(setting.short === undefined ? {} : { short: setting.short }) }]]
  })
  return { ...everywhere, ...(Object.fromEntries([...own, ...fromSettings]) as Options) }
}

function asUsageError(error: unknown, command: Command, known: readonly string[]): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code !== 'string' || !code.startsWith('ERR_PARSE_ARGS')) return error
  const [, flag] = /'(-{1,2}[^'\s=]+)/.exec(messageOf(error)) ?? []
  const todo = [`See every flag: release ${command.name} --help`]
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && flag !== undefined) {
    const meant = nearest(flag.replace(/^-+(no-)?/, ''), known)
    const hint = meant === undefined ? '' : ` Did you mean --${meant}?`
    return usageError(`release ${command.name} has no flag ${flag}.${hint}`, { todo, cause: error })
  }
  if (flag !== undefined && /argument is ambiguous/.test(messageOf(error))) {
    const message = `${flag} needs a value; one that begins with a dash is written ${flag}=-1.`
    return usageError(message, { todo, cause: error })
  }
  const [sentence = ''] = messageOf(error).split('\n')
  return usageError(sentence.endsWith('.') ? sentence : `${sentence}.`, { todo, cause: error })
}
