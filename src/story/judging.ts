import type { Catalog } from '../core/catalog.js'
import { ReleaseError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { verdictOf, type Finding, type Hazard } from '../core/finding.js'
import { judge, type JudgedFile, type Judgement } from '../judge/judge.js'
import { mentionedNames } from '../judge/mentioned-names.js'
import { allRules } from '../judge/rules/all.js'
import { loadGrammar } from '../judge/sql/grammar.js'
import { shownPath } from '../migrations/failure.js'
import type { LoadedMigration } from '../migrations/load.js'
import { previewSteps } from '../migrations/preview.js'
import { readCatalog } from '../postgres/catalog.js'
import type { Session } from '../postgres/session.js'
import { outcomeOf } from '../terminal/check/report.js'
import { linesOf, renderFinding } from '../terminal/findings.js'
import { centralWaivers, waiversOf } from './waiving.js'
import type { World } from './world.js'

export interface ToJudge {
  /** Of the app, where its central file of waivers is. */
  readonly folder: string
  /** What is judged, in the order in which it runs. */
  readonly files: readonly JudgedFile[]
  /** What was released before it, so that the judge knows the schema. */
  readonly before?: readonly JudgedFile[]
  /** Every file is a release of its own: what one makes, running code uses when the next one comes. */
  readonly eachAlone?: boolean
  /** Asked for its catalog, where there is one. */
  readonly session?: Session | undefined
}

/** Judges files, with the catalog of the database where there is one. Reads; changes nothing. */
export async function judgeFiles({
  folder,
  files,
  before = [],
  eachAlone = false,
  session,
}: ToJudge): Promise<Judgement> {
  const grammar = await loadGrammar()
  const catalog: Catalog | undefined =
    session === undefined ? undefined : await readCatalog(session, mentionedNames(files, grammar))
  const waivers = await centralWaivers(folder)
  const today = new Date().toISOString().slice(0, 10)
  return judge(files, { grammar, rules: allRules, catalog, before, eachAlone, waivers, today })
}

/** A migration as the judge takes it: a file's own SQL, or what its code would send. */
export async function toJudged(
  migration: LoadedMigration,
  decamelize: boolean,
  signal: AbortSignal,
): Promise<JudgedFile> {
  const { steps, inTransaction, unknown, unknownLine } = await previewSteps(migration, decamelize, signal)
  const { path } = migration.file
  const texts = steps.map(({ sql, offset, line }) => ({
    sql,
    line: offset === undefined ? (line ?? 1) : lineAt(migration.source, offset),
    inFile: offset !== undefined,
  }))
  const open =
    unknown === undefined ? [] : [{ sql: undefined, why: unknown, line: unknownLine ?? 1, inFile: false }]
  return {
    path: shownPath(migration.file),
    texts: [...texts, ...open],
    noTransaction: !inTransaction,
    contract: /(?:^|[\\/])contract-migrations[\\/]/.test(path),
    waivers: waiversOf(migration),
  }
}

const lineAt = (source: string, offset: number) => source.slice(0, offset).split('\n').length

/**
 * The judge's line of the story: what the settings say must not run stops the release here, before anything is
 * written (exit 2); of the rest it tells. Returns all findings, waived ones too.
 */
export async function heedJudge(
  world: World,
  session: Session,
  migrations: readonly LoadedMigration[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { config, log } = world
  const policies = [config.judgeBreaks, config.judgeStalls, config.judgeUnknown]
  if (migrations.length === 0 || policies.every((policy) => policy === 'allow')) return []
  const files: JudgedFile[] = []
  for (const migration of migrations) files.push(await toJudged(migration, config.decamelize, signal))
  const { findings } = await judgeFiles({ folder: config.folder, files, session })
  // That a waiver is not needed here says nothing about the places where it is: this database may be new.
  const open = findings.filter(({ waiver, rule }) => waiver === undefined && rule !== 'waiver-unused')
  const sources = new Map(migrations.map(({ file, source }) => [shownPath(file), source]))
  const stopping = open.filter((finding) => policyOf(world, finding) === 'error')
  for (const finding of open) {
    if (policyOf(world, finding) === 'warn') {
      log.warn('judge', `${finding.file}:${finding.line} ${finding.message} ${finding.why}`, { finding })
    }
  }
  if (stopping.length > 0) throw judgedError(stopping, sources)
  return findings
}

/** A finding that may well do no harm only ever warns, and so does every one in a review app, which nobody uses. */
function policyOf(
  { config, surroundings }: World,
  { hazard, severity, rule }: Finding,
): 'error' | 'warn' | 'allow' {
  const policy =
    hazard === 'compatibility'
      ? config.judgeBreaks
      : hazard === 'unjudged'
        ? config.judgeUnknown
        : config.judgeStalls
  // What a wrong waiver should have allowed is a finding itself.
  const mild = (severity === 'warning' && hazard !== 'unjudged') || rule.startsWith('waiver-')
  return policy === 'error' && (mild || surroundings.reviewApp !== undefined) ? 'warn' : policy
}

const stalling = new Set<Hazard>(['lock', 'order'])

function judgedError(findings: readonly Finding[], sources: ReadonlyMap<string, string>): ReleaseError {
  const [first] = findings
  const lines = linesOf(sources)
  const hazards = findings.map(({ hazard }) => hazard)
  const both = hazards.includes('compatibility') && hazards.some((hazard) => stalling.has(hazard))
  const what = `${outcomeOf({ findings, verdict: verdictOf(findings) })}${both ? ', or stall the app' : ''}`
  const count = findings.length === 1 ? 'One statement' : `${findings.length} statements`
  return new ReleaseError('judged', exitCodes.findings, `${count} of the pending migrations ${what}.`, {
    detail: findings.flatMap((finding, index) => [
      ...(index === 0 ? [] : ['']),
      ...renderFinding(finding, lines(finding.file)),
    ]),
    state: 'Nothing was run; the database and the app are as they were.',
    todo: [
      'Write it as shown, or allow it beside the statement, with the reason:',
      `-- release:allow ${first?.rule ?? 'drop-column'} "why it is safe now"`,
    ],
  })
}
