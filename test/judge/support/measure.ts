import type { Catalog } from '../../../src/core/catalog.js'
import { judge, type JudgedFile, type Judgement } from '../../../src/judge/judge.js'
import { allRules } from '../../../src/judge/rules/all.js'
import { loadGrammar } from '../../../src/judge/sql/grammar.js'
import type { CorpusCase } from '../corpus/case.js'
import { shop } from '../corpus/shop.js'
import { isHarmless, type Label } from './label.js'

const grammar = await loadGrammar()

/** A case, what it does on a server, and what somebody says of it. */
export interface Measured {
  readonly name: string
  readonly label: Label
  readonly said: Said
}

/** Which dangers are told of, and by which rules. */
export interface Said {
  readonly breaks: boolean
  readonly stalls: boolean
  readonly anything: boolean
  readonly rules: readonly string[]
}

/** What the judge says, knowing the older migrations; or the database, where there is a catalog. */
export function judged(one: CorpusCase, sql: readonly string[], catalog?: Catalog): Said {
  const before = catalog === undefined ? [asFile('0.sql', one.before ?? shop)] : []
  const files = sql.map((text, index) => asFile(`${index + 1}.sql`, text))
  return saidOf(judge(files, { grammar, rules: allRules, before, catalog }))
}

function saidOf({ findings }: Judgement): Said {
  const hazards = new Set(findings.map(({ hazard }) => hazard))
  return {
    breaks: hazards.has('compatibility'),
    // An order that holds a lock too long, too.
    stalls: hazards.has('lock') || hazards.has('order'),
    anything: findings.length > 0,
    rules: [...new Set(findings.map(({ rule }) => rule))],
  }
}

const asFile = (path: string, sql: string): JudgedFile => ({
  path,
  // As files are read: without the mark that some editors put in front.
  texts: [{ sql: sql.replace(/^\uFEFF/, ''), line: 1, inFile: true }],
  noTransaction: sql.startsWith('-- no-transaction'),
  contract: false,
})

/** How somebody did on a corpus. */
export interface Score {
  readonly breaking: Count
  readonly stalling: Count
  /** Harmless migrations of which something was said. */
  readonly falseAlarms: Count
  /** Dangerous ones, with something said of them that is not so. */
  readonly wrongKind: Count
  readonly wrong: readonly string[]
}

export interface Count {
  readonly found: number
  readonly of: number
}

/** Counts what was missed, and what was said without need. A migration that fails by itself counts nowhere. */
export function scoreOf(all: readonly Measured[]): Score {
  const runs = all.filter(({ label }) => !label.fails)
  const harmless = runs.filter(({ label }) => isHarmless(label))
  const harmful = runs.filter(({ label }) => !isHarmless(label))
  const breaking = runs.filter(({ label }) => label.breaks === 'yes')
  const stalling = runs.filter(({ label }) => mustTellOfLock(label))
  return {
    breaking: count(breaking, ({ said }) => said.breaks),
    stalling: count(stalling, ({ said }) => said.stalls),
    falseAlarms: count(harmless, ({ said }) => said.anything),
    wrongKind: count(harmful, (one) => saysTooMuch(one)),
    wrong: runs.flatMap((one) => wrongIn(one) ?? []),
  }
}

const count = (cases: readonly Measured[], is: (one: Measured) => boolean): Count => ({
  found: cases.filter(is).length,
  of: cases.length,
})

const mustTellOfLock = ({ lock }: Label) => lock === 'work' || lock === 'avoidable'

const saysTooMuch = ({ label, said }: Measured) =>
  (said.breaks && label.breaks === 'no') || (said.stalls && (label.lock === 'short' || label.lock === 'none'))

function wrongIn(one: Measured): string | undefined {
  const { name, label, said } = one
  const rules = said.rules.length === 0 ? 'nothing' : said.rules.join(', ')
  const missed = [
    ...(label.breaks === 'yes' && !said.breaks ? ['breaks'] : []),
    ...(mustTellOfLock(label) && !said.stalls ? [`stalls (${label.lock})`] : []),
  ]
  if (missed.length > 0) return `MISSED ${name}: ${missed.join(' and ')}, said ${rules}`
  if (isHarmless(label) && said.anything) return `FALSE ${name}: harmless, said ${rules}`
  return saysTooMuch(one)
    ? `TOO MUCH ${name}: breaks ${label.breaks}, lock ${label.lock}, said ${rules}`
    : undefined
}
