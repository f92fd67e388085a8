import type { Finding } from '../../core/finding.js'
import { faultOf } from './faults.js'
import type { WaiverFor, WrittenWaiver } from './waiver.js'

/** A finding with the waivers that stand beside its statement. */
export interface Found {
  readonly finding: Finding
  readonly beside: readonly WrittenWaiver[]
}

export interface Waiving {
  /** Waivers that stand beside a statement, whether anything was found in it or not. */
  readonly beside: readonly WrittenWaiver[]
  /** Those for the file from elsewhere. */
  readonly others: readonly WaiverFor[]
  /** Lines at which statements of the file begin. */
  readonly lines: readonly number[]
  /** Names of rules that may be waived. */
  readonly rules: readonly string[]
  /** `2027-03-01`; undefined: no waiver has an end. */
  readonly today: string | undefined
}

/**
 * The findings of one file, with `waiver` where one is for them, and behind them a finding for each waiver that is
 * wrong: without a reason, past its end, of a rule that is not known, or for nothing. Those cannot be waived.
 */
export function waive(found: readonly Found[], waiving: Waiving): Finding[] {
  const used = new Set<WrittenWaiver>()
  const waived = found.map(({ finding, beside }): Finding => {
    const candidates = [
      ...beside,
      ...waiving.others.filter((one) => isFor(one, finding, waiving)).map(({ waiver }) => waiver),
    ]
    const named = candidates.filter(({ rule }) => rule === finding.rule)
    for (const waiver of named) used.add(waiver)
    const good = named.find((waiver) => faultOf(waiver, waiving) === undefined)
    if (good?.reason === undefined) return finding
    const { reason, until } = good
    return { ...finding, waiver: { reason, ...(until === undefined ? {} : { until }) } }
  })
  const all = new Set([...waiving.beside, ...waiving.others.map(({ waiver }) => waiver)])
  const faults = [...all].flatMap((waiver) => faultOf(waiver, { ...waiving, used: used.has(waiver) }) ?? [])
  return [...waived, ...faults]
}

function isFor({ for: target }: WaiverFor, finding: Finding, { lines }: Waiving): boolean {
  if (target.scope === 'file') return true
  if (target.scope === 'next statement') {
    const next = lines.reduce(
      (least, line) => (line >= target.fromLine ? Math.min(least, line) : least),
      Infinity,
    )
    return finding.line === next
  }
  return (
    isPath(finding.file, target.path) && (target.table === undefined || isTable(finding.table, target.table))
  )
}

const isTable = (found: string | undefined, named: string) =>
  found === named || (found?.endsWith(`.${named}`) ?? false)

/** The same file, whether its path was given from here or from the root of the app. */
export function isPath(shown: string, named: string): boolean {
  const [given, wanted] = [clean(shown), clean(named)]
  return given === wanted || given.endsWith(`/${wanted}`)
}

const clean = (path: string) => path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '')
