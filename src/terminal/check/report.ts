import { stopsCheck, type Finding, type Note, type Verdict } from '../../core/finding.js'
import type { ProofReport } from '../../core/proof.js'

/** What `release check` found, as every way to show it takes it. */
export interface CheckReport {
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
  readonly notes: readonly Note[]
  /** Paths of what was judged, in the order in which it runs. */
  readonly files: readonly string[]
  /** How many were left out, because they are not newer than the baseline. */
  readonly leftOut: number
  /** Texts by path, for the excerpts. */
  readonly sources: ReadonlyMap<string, string>
  /** With --prove: what was tried. */
  readonly proof?: ProofReport
}

/** Findings and notes of one file, those of files that were not judged (the central waivers) among them. */
export interface FileReport {
  readonly file: string
  readonly findings: readonly Finding[]
  readonly notes: readonly Note[]
}

/** The report by file: what was judged in its order, then the rest. */
export function byFile({ files, findings, notes }: CheckReport): FileReport[] {
  const all = new Set([...files, ...findings.map(({ file }) => file), ...notes.map(({ file }) => file)])
  return [...all].map((file) => ({
    file,
    findings: findings.filter((finding) => finding.file === file),
    notes: notes.filter((note) => note.file === file),
  }))
}

/** `2 migrations judged, 3 findings, 1 allowed: would stall the app.` */
export function summaryOf({ findings, files, leftOut, verdict }: CheckReport): string {
  const left = leftOut === 0 ? '' : `, ${leftOut} up to the baseline left out`
  const judged = `${files.length} ${files.length === 1 ? 'migration' : 'migrations'} judged${left}`
  const open = findings.filter(({ waiver }) => waiver === undefined)
  const waived = findings.length - open.length
  const allowed = waived === 0 ? '' : `, ${waived} allowed`
  if (open.length === 0) return `${judged}: safe${allowed}.`
  return `${judged}, ${open.length} ${open.length === 1 ? 'finding' : 'findings'}${allowed}: ${outcomeOf({ findings, verdict })}.`
}

/**
 * What it comes to, the end of a sentence. The verdict names the worst hazard, whatever its severity; here a person
 * reads whether that is certain enough to end the check with 2.
 */
export function outcomeOf({ findings, verdict }: Pick<CheckReport, 'findings' | 'verdict'>): string {
  const open = findings.filter(({ waiver }) => waiver === undefined)
  const ofMigrations = open.filter(({ rule }) => !rule.startsWith('waiver-'))
  if (open.length > 0 && ofMigrations.length === 0) return 'waivers that allow nothing'
  if (verdict === 'safe') return 'safe'
  if (verdict === 'unknown') return 'cannot be judged'
  const worst = ofMigrations.filter(
    ({ hazard }) => hazard !== 'unjudged' && (hazard === 'compatibility') === (verdict === 'breaks'),
  )
  const does = worst.some(stopsCheck) ? 'would' : 'may'
  if (verdict === 'breaks') return `${does} break the code that is running`
  return worst.some(({ hazard }) => hazard === 'lock')
    ? `${does} stall the app`
    : `${does} fail or stall as written`
}

/** `allowed until 2027-03-01: no code has read it since v120`. */
export const allowedBy = ({ reason, until }: NonNullable<Finding['waiver']>): string =>
  `allowed${until === undefined ? '' : ` until ${until}`}: ${reason}`
