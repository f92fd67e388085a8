import type { Example, Rule } from './rule.js'
import { waiverRules } from './waivers/faults.js'

/** The page `docs/hazards.md`, made from the rules themselves. */
export function hazardsPage(rules: readonly Rule[]): string {
  return `# Hazards

<!-- Made from src/judge/rules; a test compares. -->

What \`release check\` and \`release migrate\` look for in a migration ([how](judge.md)). Each hazard has a bad example and
a good one; the tests run both on PostgreSQL beside the statement of the running code that is shown, and hold that the
bad one does the harm and the good one does none. The name of a hazard is what a [waiver](waivers.md) allows.

${chapters.map(([hazard, title, about]) => chapter(title, about, sorted(rules, hazard))).join('\n\n')}

## What cannot be judged

**unjudged**: what cannot be read before it runs is never called safe. It is found where a migration asks the database
what to do, where \`EXECUTE\` puts a statement together, where a procedure or a function of your own is called, and in
text that PostgreSQL's grammar does not take.

## Waivers that are wrong

${table(
  ['rule', 'when'],
  waiverRules.map(({ name, danger }) => [code(name), danger]),
)}

None of these can be waived. [Waivers](waivers.md) says how one is written.
`
}

const chapters = [
  [
    'compatibility',
    'What breaks the running code',
    'Until the last old dyno is gone, the code of the release before meets the new schema. In a contract migration none of these is found: no old code is left when it runs.',
  ],
  [
    'lock',
    'What makes the app wait',
    'Work that is done under a lock lets nobody else in until it is over. On a table that the catalog says is small it is a warning, on a tiny one nothing.',
  ],
  [
    'order',
    'What fails or stalls as it is written',
    'Each statement may do no harm, but not here, or not in this order.',
  ],
] as const

const sorted = (rules: readonly Rule[], hazard: Rule['hazard']) =>
  rules.filter((rule) => rule.hazard === hazard).toSorted((one, other) => (one.name < other.name ? -1 : 1))

const chapter = (title: string, about: string, rules: readonly Rule[]) => `## ${title}

${about}

${table(
  ['rule', 'what happens'],
  rules.map(({ name, danger }) => [`[\`${name}\`](#${name})`, danger]),
)}

${rules.map(section).join('\n\n')}`

function section({ name, danger, lock, sqlstates, versions, exceptions, sources, bad, good }: Rule): string {
  const facts = [
    ...(lock === undefined ? [] : [`- Lock: ${lock}`]),
    ...(sqlstates === undefined ? [] : [`- Running code gets: ${sqlstates.map(code).join(', ')}`]),
    ...(versions === undefined ? [] : [`- PostgreSQL: ${versions}`]),
    ...(exceptions.length === 0
      ? []
      : ['- Nothing is said where:', ...exceptions.map((text) => `  - ${text}`)]),
    ...(sources.length === 0 ? [] : [`- Source: ${sources.map((url) => `<${url}>`).join(', ')}`]),
  ]
  return [`### ${name}`, danger, facts.join('\n'), ...example('Bad', bad), ...example('Good', good)].join(
    '\n\n',
  )
}

function example(title: string, { before, files, running, contract }: Example): string[] {
  const where = contract === true ? ', in contract-migrations/' : ''
  const sql = files
    .map((text, index) => (files.length > 1 ? `-- file ${index + 1}\n${text.trim()}` : text.trim()))
    .join('\n\n')
  const beside = running === undefined ? [] : [`-- the running code\n${ended(running)}`]
  const blocks = [`-- before\n${ended(before)}`, ...beside, `-- the migration\n${ended(sql)}`]
  return [`${title}${where}:`, ['```sql', blocks.join('\n\n'), '```'].join('\n')]
}

const ended = (sql: string) => (/;\s*$/.test(sql) ? sql.trim() : `${sql.trim()};`)

const code = (text: string) => `\`${text}\``

const line = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
