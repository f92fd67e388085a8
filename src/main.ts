import { readArguments, type Arguments } from './commands/arguments.js'
import type { Command, CommandResult } from './commands/command.js'
import { commands, type CommandName } from './commands/index.js'
import { loadConfig } from './config/load.js'
import { nearest } from './core/nearest.js'
import { failedError, isReleaseError, messageOf, type ReleaseError, usageError } from './core/errors.js'
import { exitCodes, type ExitCode } from './core/exit-codes.js'
import { createRedactor } from './core/redact.js'
import type { Environment, Flags } from './core/sources.js'
import { readSurroundings } from './heroku/environment.js'
import { toJson } from './terminal/json.js'
import { createLog } from './terminal/log.js'
import { errorLine, errorObject, renderError } from './terminal/render-error.js'
import { createScreen } from './terminal/screen.js'
import { secretsIn } from './terminal/secrets.js'
import { abortOnSignals } from './terminal/signals.js'
import { keepStdoutClear } from './terminal/stdout.js'
import { workingFolder } from './terminal/working-folder.js'
import { version } from './version.js'

/** The whole program: words and environment in, an exit code out. Everything printed passes the redactor. */
async function main(words: readonly string[], environment: Environment): Promise<ExitCode> {
  const redact = createRedactor(secretsIn(environment))
  const print = (text: string) => process.stdout.write(`${redact(text)}\n`)
  const [name, ...rest] = words
  const wantsJson = words.includes('--json')
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      const { generalHelp } = await import('./commands/help.js')
      print(generalHelp(version).trimEnd())
      return exitCodes.done
    }
    if (name === '--version' || name === '-V') {
      print(version)
      return exitCodes.done
    }
    const command = await findCommand(name)
    const given = readArguments(command, rest)
    if (given.flags['help'] === true) {
      const { commandHelp } = await import('./commands/help.js')
      print(commandHelp(command).trimEnd())
      return exitCodes.done
    }
    const runCommand = async () => await run(command, given, environment, redact)
    const result = await (wantsJson ? keepStdoutClear(runCommand) : runCommand())
    if (wantsJson) print(toJson({ version: 1, command: name, exitCode: result.exitCode, ...result.json }))
    else for (const line of result.lines) print(line)
    return result.exitCode
  } catch (error) {
    const known = asReleaseError(error)
    if (wantsJson) {
      const command = name?.startsWith('-') === false ? name : null
      print(toJson({ version: 1, command, exitCode: known.exitCode, error: errorObject(known) }))
    }
    const inJson = environment['RELEASE_LOG']?.trim() === 'json'
    process.stderr.write(`${redact(inJson ? errorLine(known) : renderError(known))}\n`)
    return known.exitCode
  }
}

async function findCommand(name: string): Promise<Command> {
  if (Object.hasOwn(commands, name)) return await commands[name as CommandName].load()
  const meant = nearest(name, Object.keys(commands))
  const what = name.startsWith('-')
    ? `release needs a command before ${name}`
    : `release has no command "${name}"`
  throw usageError(`${what}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`, {
    todo: ['See the commands: release --help'],
  })
}

async function run(
  command: Command,
  { flags, positionals }: Arguments,
  environment: Environment,
  redact: (text: string) => string,
): Promise<CommandResult> {
  const configPath = typeof flags['config'] === 'string' ? flags['config'] : undefined
  const config = await loadConfig({ flags: flags as Flags, environment, folder: workingFolder(), configPath })
  const signals = abortOnSignals()
  try {
    return await command.run({
      world: {
        config,
        surroundings: readSurroundings(environment),
        redact,
        environment,
        log: await createLog(config.log, redact),
        signal: signals.signal,
        tool: `release-phase ${version}`,
      },
      flags,
      positionals,
      interactive: process.stdin.isTTY && process.stderr.isTTY,
      show: createScreen(process.stdout, redact),
    })
  } finally {
    signals.release()
  }
}

function asReleaseError(error: unknown): ReleaseError {
  if (isReleaseError(error)) return error
  return failedError('unexpected', `Something unexpected went wrong: ${messageOf(error)}`, {
    detail: error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 6) : [],
    todo: [
      'Run the command again; what was applied is recorded. If it stays, please report it with these lines.',
    ],
    cause: error,
  })
}

// Nobody reads on: a closed pipe is no reason to leave work half done.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

async function start(): Promise<void> {
  // If nothing is left to wait for although the work is not done, that is no success.
  process.exitCode = exitCodes.failed
  const exitCode = await main(process.argv.slice(2), process.env)
  // What was printed must be out before the process ends, and nothing idle may keep it alive.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
}

void start()
