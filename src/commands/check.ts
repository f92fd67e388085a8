import { exitCodes } from '../core/exit-codes.js'
import { usageError } from '../core/errors.js'
import type { Finding } from '../core/finding.js'
import { check, type Checked, type Selection } from '../story/checking.js'
import { mainBranch } from '../story/git.js'
import { renderFinding } from '../terminal/findings.js'
import { migrationSettings, type Command, type Invocation } from './command.js'

export const checkCommand: Command = {
  name: 'check',
  usage: 'release check [FILE...] [flags]',
  about: [
    'Judges migrations without running any: what would stall the app while it runs, and what would',
    'break the code that is running. Each finding names its line, the reason, and what to write',
    'instead. Without files: what the database has not (DATABASE_URL), or without one what this branch',
    'adds. Exit 2 when something must not run as it is. Allow a finding beside its statement, with the',
    'reason: -- release:allow drop-column "no code has read it since v120"',
  ],
  settings: ['databaseUrl', ...migrationSettings],
  flags: [
    { name: 'all', type: 'boolean', about: 'Every migration, each as a release of its own.' },
    {
      name: 'since',
      type: 'string',
      shape: 'COMMIT',
      about: 'Migrations that are new or changed since the branch left this commit, such as origin/main.',
    },
  ],
  examples: [
    ['release check', 'what is about to be released'],
    ['release check --since origin/main', 'in CI: what this branch adds'],
    ["release check 'prisma/migrations/**/*.sql'", 'files of another tool'],
  ],
  maxPositionals: Infinity,
  run: async (invocation) => {
    const checked = await check(invocation.world, await selectionOf(invocation))
    const { verdict, findings, notes } = checked
    return {
      exitCode: findings.some(stops) ? exitCodes.findings : exitCodes.done,
      lines: render(checked),
      json: { version: 1, verdict, findings: findings.map(forJson), notes },
    }
  },
}

const stops = ({ severity, waiver, hazard }: Finding) =>
  waiver === undefined && (severity === 'error' || hazard === 'unjudged')

/** The fixed shape: a finding without a table says so. */
const forJson = ({ table, ...finding }: Finding) => ({ ...finding, table: table ?? null })

async function selectionOf({ flags, positionals, world }: Invocation): Promise<Selection> {
  const given = [positionals.length > 0, flags['all'] === true, flags['since'] !== undefined]
  if (given.filter(Boolean).length > 1) {
    throw usageError('FILE, --all and --since each say what is judged; only one of them can.')
  }
  if (positionals.length > 0) return { by: 'files', patterns: positionals }
  if (flags['all'] === true) return { by: 'all' }
  const { since } = flags
  if (typeof since === 'string') return { by: 'since', ref: since }
  if (world.config.databaseUrl !== undefined) return { by: 'pending' }
  const ref = await mainBranch({ folder: world.config.folder, signal: world.signal })
  return ref === undefined ? { by: 'all' } : { by: 'since', ref }
}

function render({ findings, notes, files, sources, verdict }: Checked): string[] {
  return [
    ...findings.flatMap((finding) => [...renderFinding(finding, sources.get(finding.file)), '']),
    ...notes.map(({ file, line, message }) => `${file}:${line} note: ${message}`),
    ...(notes.length === 0 ? [] : ['']),
    summary(findings, files.length, verdict),
  ]
}

function summary(findings: readonly Finding[], files: number, verdict: Checked['verdict']): string {
  const judged = `${files} ${files === 1 ? 'migration' : 'migrations'} judged`
  const waived = findings.filter(({ waiver }) => waiver !== undefined).length
  const open = findings.length - waived
  const allowed = waived === 0 ? '' : `, ${waived} allowed`
  if (open === 0) return `${judged}: safe${allowed}.`
  const said = {
    breaks: 'would break the code that is running',
    stalls: 'would stall the app',
    unknown: 'cannot be judged',
    safe: 'safe',
  }[verdict]
  return `${judged}, ${open} ${open === 1 ? 'finding' : 'findings'}${allowed}: ${said}.`
}
