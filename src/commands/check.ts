import { exitCodes } from '../core/exit-codes.js'
import { usageError } from '../core/errors.js'
import { stopsCheck } from '../core/finding.js'
import { check } from '../story/checking.js'
import { mainBranch } from '../story/git.js'
import type { Selection } from '../story/selecting.js'
import { reportObject } from '../terminal/check/json.js'
import { checkFormats, renderCheck, type CheckFormat } from '../terminal/check/render.js'
import { keepStdoutClear } from '../terminal/stdout.js'
import { proofFlags, withProof } from './check-prove.js'
import { migrationSettings, type Command, type Invocation } from './command.js'

export const checkCommand: Command = {
  name: 'check',
  usage:
    'release check [FILE...] [flags]\n       release check --prove --queries FILE [--since COMMIT | --dump FILE]\n       release check --prove --test COMMAND --since COMMIT',
  about: [
    'Judges migrations without running any: what would stall the app while it runs, and what would',
    'break the code that is running. Each finding names its line, the reason, and what to write',
    'instead. Without files: what the database has not (DATABASE_URL), or without one what this branch',
    'adds. Exit 2 when something must not run as it is. Allow a finding beside its statement, with the',
    'reason: -- release:allow drop-column "no code has read it since v120"',
    '',
    'With --prove it leaves opinions behind: it builds the schema of the running code and the one that the',
    'migrations make of it on a scratch server, and tries the queries of the running code on both. None is',
    'executed, and nothing is written to DATABASE_URL. How many could be tried is always said. With --test',
    'it runs the tests of the running code and of the new code there as well.',
  ],
  settings: ['databaseUrl', 'scratchUrl', 'judgeBaseline', ...migrationSettings],
  flags: [
    { name: 'all', type: 'boolean', about: 'Every migration, each as a release of its own.' },
    {
      name: 'since',
      type: 'string',
      shape: 'COMMIT',
      about: 'Migrations that are new or changed since the branch left this commit, such as origin/main.',
    },
    {
      name: 'format',
      type: 'string',
      shape: checkFormats.join('|'),
      about:
        'How findings are shown: github annotates a pull request, sarif, junit and markdown are for files.',
    },
    ...proofFlags,
  ],
  examples: [
    ['release check', 'what is about to be released'],
    ['release check --since origin/main', 'in CI: what this branch adds'],
    ['release check --all --baseline 1699_x', 'what is newer than that one'],
    ['release check --format sarif > release.sarif', 'for GitHub code scanning'],
    ['release check --prove --queries queries.jsonl --since origin/main', 'what the running code meets'],
    ["release check 'prisma/migrations/**/*.sql'", 'files of another tool'],
  ],
  maxPositionals: Infinity,
  run: async (invocation) => {
    const format = formatOf(invocation)
    const selection = await selectionOf(invocation)
    // What the code of a migration prints must not stand in a file that another program reads.
    const report = await keepStdoutClear(async () => {
      const checked = await check(invocation.world, selection)
      return await withProof(checked, selection, invocation)
    })
    return {
      exitCode: report.findings.some(stopsCheck) ? exitCodes.findings : exitCodes.done,
      lines: renderCheck(report, format, invocation.world.tool),
      json: reportObject(report),
    }
  },
}

function formatOf({ flags }: Invocation): CheckFormat {
  const given = flags['format'] ?? 'text'
  const format = checkFormats.find((name) => name === given)
  if (format === undefined) {
    throw usageError(`--format must be one of ${checkFormats.join(', ')}, not "${String(given)}".`)
  }
  if (format !== 'text' && flags['json'] === true) {
    throw usageError('--json and --format each say how findings are shown; only one of them can.')
  }
  return format
}

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
