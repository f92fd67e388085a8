import { usageError } from '../core/errors.js'
import { verdictOf } from '../core/finding.js'
import type { Checked } from '../story/checking.js'
import type { Tests } from '../proof/prove.js'
import type { Selection } from '../story/selecting.js'
import type { CheckReport } from '../terminal/check/report.js'
import type { CommandFlag, Invocation } from './command.js'

/** Flags of `release check` that are about the proof. */
export const proofFlags: readonly CommandFlag[] = [
  {
    name: 'prove',
    type: 'boolean',
    about: 'Try the queries of the running code on the schema before and after (RELEASE_SCRATCH_URL).',
  },
  {
    name: 'queries',
    type: 'string',
    shape: 'FILE',
    multiple: true,
    about:
      'For --prove: the queries of the running code, JSON lines or .sql; a pattern, or several times (docs/queries.md).',
  },
  {
    name: 'dump',
    type: 'string',
    shape: 'FILE',
    about:
      'For --prove: the schema of the running code as pg_dump --schema-only writes it, instead of its migrations.',
  },
  {
    name: 'test',
    type: 'string',
    shape: 'COMMAND',
    about: 'For --prove: run the tests of the running code, and of this one, on the schemas that they meet.',
  },
  {
    name: 'test-setup',
    type: 'string',
    shape: 'COMMAND',
    about: 'For --test: makes a copy of the running code ready first, such as npm ci.',
  },
]

/** What was judged, and with --prove the findings of the proof besides; that is loaded only where it is asked for. */
export async function withProof(
  checked: Checked,
  selection: Selection,
  { world, flags }: Invocation,
): Promise<CheckReport> {
  const paths = Array.isArray(flags['queries']) ? flags['queries'] : []
  const tests = testsOf(flags)
  if (flags['prove'] !== true) {
    if (paths.length === 0 && flags['dump'] === undefined && tests === undefined) return checked
    throw usageError('--queries, --dump and --test are for --prove, which is not there.')
  }
  if (paths.length === 0 && tests === undefined) {
    throw usageError('--prove needs the queries of the running code, or its tests.', {
      todo: [
        'Name a file of queries: release check --prove --queries queries.jsonl. docs/proof.md says where they come from.',
        'Or the command of the tests: release check --prove --test "npm test" --since origin/main',
      ],
    })
  }
  if (tests !== undefined && selection.by !== 'since') {
    throw usageError('--test has to know which commit is running, since its tests are taken from there.', {
      todo: ['Name it: release check --prove --test "npm test" --since origin/main'],
    })
  }
  const { readQueries } = await import('../proof/queries/read.js')
  const { prove } = await import('../proof/prove.js')
  const dumpPath = typeof flags['dump'] === 'string' ? flags['dump'] : undefined
  const { queries, notes } = await readQueries(paths)
  for (const note of notes) world.log.warn('judge', note)
  const proof = await prove(world, { selection, dumpPath, queries, tests })
  const findings = [...checked.findings, ...proof.findings]
  const told = [...checked.notes, ...proof.notes]
  return { ...checked, findings, notes: told, verdict: verdictOf(findings), proof: proof.report }
}

function testsOf(flags: Invocation['flags']): Tests | undefined {
  const { test: command, 'test-setup': setup } = flags
  if (typeof command === 'string' && command.trim() !== '') {
    return { command, setup: typeof setup === 'string' ? setup : undefined }
  }
  if (command === undefined && setup === undefined) return undefined
  throw usageError('--test needs the command of the tests, such as "npm test".')
}
