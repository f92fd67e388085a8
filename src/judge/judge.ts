import type { Catalog } from '../core/catalog.js'
import { proofRules } from '../core/proof.js'
import { verdictOf, type Finding, type Note, type Verdict } from '../core/finding.js'
import type { JudgedFile } from './file.js'
import { changesOfFile } from './mentioned-names.js'
import { createNotes, type Notes } from './notes.js'
import type { Place, Rule } from './rule.js'
import type { Grammar } from './sql/grammar.js'
import { createMentions } from './sql/mentions.js'
import { createState, type MutableState } from './state/state.js'
import { createTransaction } from './transaction.js'
import { unitsOf, type Unit } from './units.js'
import { isPath, waive, type Found } from './waivers/waive.js'
import type { WaiverFor } from './waivers/waiver.js'

export type { JudgedFile, JudgedText } from './file.js'

export interface Judging {
  readonly grammar: Grammar
  readonly rules: readonly Rule[]
  readonly catalog?: Catalog | undefined
  /** What was released before: not judged, but it tells what tables and columns there are. */
  readonly before?: readonly JudgedFile[]
  /** Each file is a release of its own, so what one made is in use when the next one comes. */
  readonly eachAlone?: boolean
  /** Waivers of the central file. */
  readonly waivers?: readonly WaiverFor[]
  /** The day, `2027-03-01`, by which waivers end; undefined: none does. */
  readonly today?: string
}

export interface Judgement {
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
  readonly notes: readonly Note[]
  readonly statements: number
}

/**
 * Judges migrations in the order in which they run, each statement against what those before it did. Pure: what it
 * knows of the database is handed to it.
 */
export function judge(files: readonly JudgedFile[], judging: Judging): Judgement {
  const state = createState(judging.catalog)
  const findings: Finding[] = []
  const notes = createNotes()
  const names = [...judging.rules.map(({ name }) => name), 'unjudged', ...proofRules]
  let statements = 0
  const functions = (judging.catalog?.functions ?? []).map(asFile)
  for (const file of [...functions, ...(judging.before ?? [])]) {
    for (const change of changesOfFile(file, judging.grammar)) state.apply(change)
  }
  state.settle()
  for (const file of files) {
    if (judging.eachAlone === true) state.settle()
    state.beginFile()
    const units = file.texts.flatMap((text) => unitsOf(text, judging.grammar, file.path))
    statements += units.length
    const found = judgeFile(file, units, state, judging.rules, notes)
    findings.push(...waive(found, waivingOf(file, units, names, judging)))
  }
  return { verdict: verdictOf(findings), findings, notes: notes.all(), statements }
}

/** A statement that made what is there. */
const asFile = (sql: string): JudgedFile => ({
  path: '',
  texts: [{ sql, line: 1, inFile: false }],
  noTransaction: false,
  contract: false,
})

/** The waivers that count for one file, and the names of the rules that they may name. */
export const waivingOf = (
  file: JudgedFile,
  units: readonly Unit[],
  rules: readonly string[],
  { waivers = [], today }: Omit<Judging, 'rules'>,
) => ({
  beside: units.flatMap((unit) => unit.waivers ?? []),
  others: [
    ...(file.waivers ?? []),
    ...waivers.filter(({ for: target }) => target.scope === 'path' && isPath(file.path, target.path)),
  ],
  lines: units.map(({ line }) => line),
  rules,
  today,
})

function judgeFile(
  file: JudgedFile,
  units: readonly Unit[],
  state: MutableState,
  rules: readonly Rule[],
  notes: Notes,
): Found[] {
  const found = new Map<string, Found>()
  const all = units.flatMap((unit) => unit.changes.map((change) => ({ unit, change })))
  const changes = all.map(({ change }) => change)
  const transaction = createTransaction(file.noTransaction)
  const mentioned = createMentions(units.map(({ node }) => node))
  for (const [index, { unit, change }] of all.entries()) {
    const place: Place = {
      state,
      earlier: () => (transaction.open() ? changes.slice(transaction.start(), index) : []),
      inTransaction: transaction.open,
      locked: transaction.locked,
      later: () => changes.slice(index + 1),
      isMentionedLater: (text) => transaction.open() && mentioned(text, units.indexOf(unit)),
      beside: () => unit.changes,
      statement: unit.sql,
      noTransaction: file.noTransaction,
      contract: file.contract,
    }
    const at = { file: file.path, line: unit.line, statement: unit.sql }
    const beside = unit.waivers ?? []
    if (change.kind === 'unjudged') add(found, { finding: { ...at, ...unjudged(change.why) }, beside })
    let broken = false
    for (const rule of rules) {
      if (file.contract && rule.hazard === 'compatibility') continue
      const advice = rule.find(change, place)
      if (advice === undefined) continue
      broken ||= rule.hazard === 'compatibility'
      const { table, severity = 'error', ...said } = advice
      const name = table === undefined ? undefined : [table.schema, table.name].filter(Boolean).join('.')
      const finding: Finding = { ...at, hazard: rule.hazard, rule: rule.name, severity, table: name, ...said }
      add(found, { finding, beside })
    }
    notes.look(change, place, { file: file.path, line: unit.line }, broken)
    transaction.pass(change, state)
    state.apply(change)
  }
  return [...found.values()]
}

/** A statement of several parts may say the same thing twice. */
function add(all: Map<string, Found>, found: Found): void {
  const { line, rule, table, message } = found.finding
  all.set([line, rule, table, message].join('\n'), found)
}

const unjudged = (why: string) => ({
  hazard: 'unjudged' as const,
  rule: 'unjudged',
  severity: 'warning' as const,
  table: undefined,
  message: `This cannot be judged: ${why}.`,
  why: 'What cannot be read may stall the app or break the running code.',
  instead: 'Write it as plain SQL, or say why it is safe: -- release:allow unjudged "reason".',
})
