import { aboutFlag, isTurnedOff, type Setting } from './setting.js'
import { settings } from './settings.js'

/** The page `docs/configuration.md`, made from the settings themselves. */
export function configurationPage(): string {
  const all = Object.values(settings as Record<string, Setting>)
  return `# Configuration

<!-- Made from src/config/settings.ts; a test compares. -->

Every setting has a default, and most apps need none but \`DATABASE_URL\`. A flag wins over the environment, the
environment over the file, the file over the default. An empty variable counts as not set.

- Durations are written with their unit: \`500ms\`, \`10s\`, \`15m\`, \`1h\`, \`2d\`.
- Booleans are true, false, 1, 0, yes, no, on, off; anything else is an error.
- The file is \`release-phase.config.json\`, \`.js\` or \`.ts\`, or the key \`release-phase\` in \`package.json\`, or what
  \`--config\` names. Keys may be written in kebab-case or in camelCase. Secrets have no key in the file.
- A variable whose name is nearly one of these (\`RELEASE_SKIP_MIGRATION\`) is an error that says which one was meant.
  Other \`RELEASE_...\` names are left alone.

\`\`\`json
{
  "app": "chart",
  "lock-wait": "10m",
  "migrate": { "migrations-dir": "db/migrations" },
  "drift": { "changed": "error" }
}
\`\`\`

## Settings

${table(
  ['environment', 'flag', 'file key', 'value', 'default'],
  all.map((setting) => [
    code(setting.env),
    setting.flag === undefined ? '' : code([flagOf(setting)]),
    setting.file === undefined ? '' : code([setting.file]),
    setting.shape,
    setting.default === undefined ? '' : code([setting.default]),
  ]),
)}

${all.map((setting) => `**${nameOf(setting)}**: ${aboutFlag(setting)}`).join('\n\n')}

## What a dyno says of itself

\`DYNO\` tells the release phase (\`release.1234\`) from everything else. With Heroku's labs feature
\`runtime-dyno-metadata\`, \`HEROKU_APP_NAME\`, \`HEROKU_APP_ID\`, \`HEROKU_RELEASE_VERSION\` and \`HEROKU_SLUG_COMMIT\` or
\`HEROKU_BUILD_COMMIT\` go into the ledger and into messages; none of them is required. \`HEROKU_PR_NUMBER\` or
\`HEROKU_PARENT_APP_NAME\` make it a review app; with a token the platform is asked as well.
`
}

const code = (names: readonly string[] | undefined) => (names ?? []).map((name) => `\`${name}\``).join(', ')

const flagOf = (setting: Setting) => {
  const { flag = '', short } = setting
  const long = isTurnedOff(setting) ? `--no-${flag}` : `--${flag}`
  return short === undefined ? long : `${long}, -${short}`
}

const nameOf = (setting: Setting) =>
  setting.env === undefined
    ? code([setting.flag === undefined ? (setting.file ?? '') : flagOf(setting)])
    : code(setting.env)

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
