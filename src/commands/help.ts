import { aboutFlag, isTurnedOff, type Setting } from '../config/setting.js'
import { settings } from '../config/settings.js'
import type { Command } from './command.js'
import { commands } from './index.js'

/** What bare `release` and `release --help` print. */
export function generalHelp(version: string): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  return `release ${version}: boring deploys on Heroku

In the Procfile:    release: release migrate
At the prompt:      release migrate

Usage: release COMMAND [flags]

Commands
${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  .join('\n')}

Every command takes
  --json         one JSON object on stdout and nothing else there; logs go to stderr
  --app NAME     the Heroku app, else RELEASE_APP or HEROKU_APP_NAME
  --config PATH  the configuration file, else release-phase.config.{json,js,ts}
                 or the key "release-phase" in package.json
  --help         what the command does, its flags and environment variables

Exit codes
  0 done, or nothing to do    1 failed    2 findings    64 wrong usage
  69 something needed is unavailable      75 not now, try again
  78 wrong configuration                  129, 130, 143 stopped by a signal
`
}

/** What `release COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const flags = [
    ...command.flags.map((flag) => [flagText(flag.name, flag.shape), flag.about] as const),
    ...command.settings.map((name) => settings[name] as Setting).flatMap(settingRow),
    ['--json, --app NAME, --config PATH, --help', 'as for every command'] as const,
  ]
  const variables = Object.values(settings as Record<string, Setting>)
    .filter((setting) => setting.env !== undefined && setting.flag === undefined)
    .filter((setting) => command.settings.some((name) => (settings[name] as Setting) === setting))
    .map(
      (setting) =>
        [(setting.env ?? []).join(', '), `${plain(setting.about)}${defaultText(setting)}`] as const,
    )
  return [
    `Usage: ${command.usage}`,
    '',
    ...command.about,
    '',
    'Flags',
    ...table(flags),
    ...(variables.length === 0 ? [] : ['', 'Environment', ...table(variables)]),
    '',
    'Examples',
    ...table(command.examples.map(([line, about]) => [line, about] as const)),
    '',
  ].join('\n')
}

const flagText = (name: string, shape: string | undefined) =>
  shape === undefined ? `--${name}` : `--${name} ${shape.toUpperCase().replaceAll(' ', '-')}`

function settingRow(setting: Setting): (readonly [string, string])[] {
  if (setting.flag === undefined) return []
  const negative = isTurnedOff(setting)
  const name = negative ? `no-${setting.flag}` : setting.flag
  const short = setting.short === undefined ? '' : `, -${setting.short}`
  const value = setting.shape === 'boolean' ? '' : ` ${shapeName(setting.shape)}`
  const about = plain(aboutFlag(setting))
  const env = setting.env === undefined ? '' : ` (${setting.env.join(', ')})`
  return [[`--${name}${short}${value}`, `${about}${env}${negative ? '' : defaultText(setting)}`]]
}

const shapeName = (shape: string) =>
  shape.includes(',') || shape.includes(' or ') ? 'WORD' : shape.toUpperCase().replaceAll(' ', '-')

const defaultText = ({ default: value, shape }: Setting) =>
  value === undefined || (shape === 'boolean' && value === 'false') ? '' : ` Default ${value}.`

const plain = (about: string) => about.replaceAll('`', '')

const leftWidth = 30
const rightWidth = 74

function table(rows: readonly (readonly [string, string])[]): string[] {
  return rows.flatMap(([left, right]) => {
    const [first = '', ...more] = wrap(right)
    const indent = ' '.repeat(leftWidth + 2)
    const head = `  ${left}`
    const lines =
      head.length < leftWidth + 1 ? [`${head.padEnd(leftWidth + 2)}${first}`] : [head, `${indent}${first}`]
    return [...lines, ...more.map((line) => `${indent}${line}`)]
  })
}

function wrap(text: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > rightWidth) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
