import { safeParse, type core } from 'zod/mini'
import { configurationError, usageError } from '../core/errors.js'
import { nearest } from '../core/nearest.js'
import type { Environment, Flags } from '../core/sources.js'
import { readConfigFile, type ConfigFile } from './file.js'
import { misspeltVariables } from './near-names.js'
import type { Setting } from './setting.js'
import { settings, type SettingName, type SettingValues } from './settings.js'

export interface Sources {
  readonly flags: Flags
  readonly environment: Environment
  /** Absolute path of the folder that the file and all relative paths are looked up in. */
  readonly folder: string
  readonly configPath?: string | undefined
}

/** Every setting's value, and where each came from (`--lock-wait`, `RELEASE_LOCK_WAIT`, a file, `default`). */
export interface Config extends SettingValues {
  readonly folder: string
  readonly sources: Readonly<Record<SettingName, string>>
}

interface Problem {
  readonly source: string
  readonly message: string
  readonly isFlag: boolean
}

const entries = Object.entries(settings) as [SettingName, Setting][]

/**
 * Reads all settings: a flag wins over the environment, the environment over the file, the file over the
 * default. An empty environment variable counts as not set. All mistakes are reported in one error:
 * 64 when they are in flags alone, else 78.
 */
export async function loadConfig(sources: Sources): Promise<Config> {
  const file = await readConfigFile(sources.folder, sources.configPath)
  const problems: Problem[] = [...unknownVariables(sources.environment), ...unknownKeys(file)]
  const values: Record<string, unknown> = {}
  const origins: Record<string, string> = {}
  for (const [name, setting] of entries) {
    const found = lookUp(setting, sources, file)
    origins[name] = found.source
    if (found.raw === undefined) continue
    const result = safeParse(setting.schema, found.raw)
    if (result.success) values[name] = result.data
    else problems.push(problemOf(setting, found, result.error))
  }
  if (problems.length > 0) throw asError(problems)
  return {
    ...(values as SettingValues),
    folder: sources.folder,
    sources: origins as Record<SettingName, string>,
  }
}

interface Found {
  readonly raw: unknown
  readonly source: string
  readonly isFlag: boolean
}

function lookUp(setting: Setting, sources: Sources, file: ConfigFile | undefined): Found {
  const flag = setting.flag === undefined ? undefined : sources.flags[setting.flag]
  if (flag !== undefined) return { raw: flag, source: `--${setting.flag}`, isFlag: true }
  for (const name of setting.env ?? []) {
    const raw = sources.environment[name]
    if (raw !== undefined && raw.trim() !== '') return { raw, source: name, isFlag: false }
  }
  const raw = setting.file === undefined || file === undefined ? undefined : dig(file.values, setting.file)
  if (raw !== undefined && file !== undefined) {
    return { raw, source: `${setting.file} in ${file.name}`, isFlag: false }
  }
  return { raw: setting.default, source: 'default', isFlag: false }
}

function dig(values: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = values
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

function problemOf(setting: Setting, found: Found, error: core.$ZodError): Problem {
  const why = error.issues[0]?.message ?? 'is not valid'
  const shown = setting.secret === true ? '' : ` "${String(found.raw)}"`
  return { source: found.source, message: `${found.source}${shown} ${why}.`, isFlag: found.isFlag }
}

function unknownVariables(environment: Environment): Problem[] {
  const ours = entries
    .flatMap(([, setting]) => setting.env ?? [])
    .filter((name) => name.startsWith('RELEASE_'))
  return misspeltVariables(Object.keys(environment), ours).map(({ given, meant }) => ({
    source: given,
    message: `${given} is no setting; ${meant} was probably meant.`,
    isFlag: false,
  }))
}

function unknownKeys(file: ConfigFile | undefined): Problem[] {
  if (file === undefined) return []
  const known = entries.flatMap(([, setting]) => setting.file ?? [])
  return keysOf(file.values).flatMap((key) => {
    if (known.includes(key) || key === '$schema') return []
    const meant = nearest(key, known)
    const hint = meant === undefined ? '' : `; ${meant} was probably meant`
    return [{ source: key, message: `${key} in ${file.name} is no setting${hint}.`, isFlag: false }]
  })
}

function keysOf(values: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? keysOf(value as Record<string, unknown>, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  )
}

function asError(problems: readonly Problem[]) {
  const [first] = problems
  const many = problems.length > 1
  const message = many ? `${problems.length} settings are wrong.` : (first?.message ?? '')
  const options = {
    detail: many ? problems.map((problem) => problem.message) : [],
    todo: [
      'Mend it and run the command again; nothing was touched. docs/configuration.md lists every setting.',
    ],
  }
  return problems.every((problem) => problem.isFlag)
    ? usageError(message, options)
    : configurationError('setting', message, options)
}
