import type { Catalog } from '../core/catalog.js'
import type { Change } from './change.js'
import { changesOf } from './changes/of-statement.js'
import { verdictOf, type Finding, type Note, type Verdict } from '../core/finding.js'
import type { Place, Rule } from './rule.js'
import { readDoBlock } from './sql/do-block.js'
import type { Grammar, Node } from './sql/grammar.js'
import { createMentions } from './sql/mentions.js'
import { readTriggerBody } from './sql/trigger-body.js'
import { readStatements, type SqlStatement } from './sql/statements.js'
import { createState, type MutableState } from './state/state.js'
import { waiversInSql } from './waivers/in-sql.js'
import { isPath, waive, type Found } from './waivers/waive.js'
import type { WaiverFor, WrittenWaiver } from './waivers/waiver.js'
import { createTransaction } from './transaction.js'

/** A migration as the judge takes it: its SQL, wherever that comes from. */
export interface JudgedFile {
  readonly path: string
  readonly texts: readonly JudgedText[]
  readonly noTransaction: boolean
  /** It runs once no old code is left, so it cannot break any. */
  readonly contract: boolean
  /** Waivers that stand in its code; those in the comments of SQL are found in the texts. */
  readonly waivers?: readonly WaiverFor[]
}

export interface JudgedText {
  /** Undefined: not known before it runs, and `why` says so. */
  readonly sql: string | undefined
  readonly why?: string
  /** Line of the file in which the text begins, or which made it. From 1. */
  readonly line: number
  /** The text stands in the file; otherwise code made it, and all of it belongs to its one line. */
  readonly inFile: boolean
}

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

/** A statement with what it does, and the line to show. */
interface Unit {
  readonly line: number
  readonly sql: string
  readonly changes: readonly Change[]
  /** Waivers that stand beside it. */
  readonly waivers?: readonly WrittenWaiver[]
  /** What the grammar read; undefined: nothing. */
  readonly node?: Node
}

/**
 * Judges migrations in the order in which they run, each statement against what those before it did. Pure: what it
 * knows of the database is handed to it.
 */
export function judge(files: readonly JudgedFile[], judging: Judging): Judgement {
  const state = createState(judging.catalog)
  const findings: Finding[] = []
  let statements = 0
  for (const file of judging.before ?? []) {
    for (const change of changesOfFile(file, judging.grammar)) state.apply(change)
  }
  state.settle()
  for (const file of files) {
    if (judging.eachAlone === true) state.settle()
    state.beginFile()
    const units = file.texts.flatMap((text) => unitsOf(text, judging.grammar, file.path))
    statements += units.length
    const found = judgeFile(file, units, state, judging.rules)
    findings.push(...waive(found, waivingOf(file, units, judging)))
  }
  return { verdict: verdictOf(findings), findings, notes: [], statements }
}

/** The names that a plan speaks of, without their schemas: what to ask the catalog about. */
export function mentionedNames(files: readonly JudgedFile[], grammar: Grammar): string[] {
  const names = new Set<string>()
  for (const change of files.flatMap((file) => changesOfFile(file, grammar))) collectNames(change, names)
  return [...names]
}

const changesOfFile = (file: JudgedFile, grammar: Grammar): Change[] =>
  file.texts.flatMap((text) => unitsOf(text, grammar, file.path)).flatMap(({ changes }) => changes)

/** Every name in a change, wherever it stands: of tables, views, indexes, and of what a key refers to. */
function collectNames(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  if ('name' in value && typeof value.name === 'string') names.add(value.name)
  for (const inside of Object.values(value)) collectNames(inside, names)
}

const waivingOf = (file: JudgedFile, units: readonly Unit[], { waivers = [], rules, today }: Judging) => ({
  beside: units.flatMap((unit) => unit.waivers ?? []),
  others: [
    ...(file.waivers ?? []),
    ...waivers.filter(({ for: target }) => target.scope === 'path' && isPath(file.path, target.path)),
  ],
  lines: units.map(({ line }) => line),
  rules: [...rules.map(({ name }) => name), 'unjudged'],
  today,
})

function judgeFile(
  file: JudgedFile,
  units: readonly Unit[],
  state: MutableState,
  rules: readonly Rule[],
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
    for (const rule of rules) {
      if (file.contract && rule.hazard === 'compatibility') continue
      const advice = rule.find(change, place)
      if (advice === undefined) continue
      const { table, severity = 'error', ...said } = advice
      const name = table === undefined ? undefined : [table.schema, table.name].filter(Boolean).join('.')
      const finding: Finding = { ...at, hazard: rule.hazard, rule: rule.name, severity, table: name, ...said }
      add(found, { finding, beside })
    }
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

// A plan is read twice, for the names in it and for what it does.
const alreadyRead = new WeakMap<JudgedText, readonly Unit[]>()

function unitsOf(text: JudgedText, grammar: Grammar, file: string): readonly Unit[] {
  const units = alreadyRead.get(text) ?? readUnits(text, grammar, file)
  alreadyRead.set(text, units)
  return units
}

function readUnits(text: JudgedText, grammar: Grammar, file: string): Unit[] {
  if (text.sql === undefined) {
    return [{ line: text.line, sql: '', changes: [{ kind: 'unjudged', why: text.why ?? 'it is not known' }] }]
  }
  const { sql } = text
  const lineOf = (counter: (offset: number) => number) => (offset: number) =>
    text.inFile ? text.line + counter(offset) : text.line
  const statements = readStatements(sql, grammar)
  const lineOfStatement = lineOf(lineCounter(sql))
  const lineOfWaiver = lineOf((offset) => sql.slice(0, offset).split('\n').length - 1)
  const written = waiversInSql(sql, statements, grammar, { file, lineOf: lineOfWaiver })
  const units = statements.flatMap((statement, index) =>
    unitsOfStatement(statement, lineOfStatement(statement.offset), text.inFile, grammar).map((unit) => ({
      ...unit,
      waivers: written.beside[index] ?? [],
    })),
  )
  if (written.loose.length === 0) return units
  const end = lineOfStatement(sql.length)
  return [...units, { line: end, sql: '', changes: [{ kind: 'harmless' }], waivers: written.loose }]
}

function unitsOfStatement(
  { node, failure, sql }: SqlStatement,
  line: number,
  inFile: boolean,
  grammar: Grammar,
): Unit[] {
  if (node === undefined)
    return [{ line, sql, changes: [{ kind: 'unjudged', why: failure ?? 'it cannot be read' }] }]
  if (!('DoStmt' in node))
    return [{ line, sql, changes: changesOf(node).map((change) => withBody(change, sql, grammar)), node }]
  const inner = readDoBlock(node.DoStmt, grammar)
  if (inner === undefined) {
    return [{ line, sql, changes: [{ kind: 'unjudged', why: 'the body of this DO block cannot be read' }] }]
  }
  const bodyLine = line + (sql.slice(0, sql.search(/\$|'/)).split('\n').length - 1)
  const units = inner.flatMap((part): Unit[] => {
    const at = inFile ? bodyLine + part.line : line
    if ('unknown' in part) return [{ line: at, sql, changes: [{ kind: 'unjudged', why: part.unknown }] }]
    return readStatements(part.sql, grammar).flatMap((statement) =>
      unitsOfStatement(statement, at, false, grammar),
    )
  })
  return units.length === 0 ? [{ line, sql, changes: [{ kind: 'harmless' }] }] : units
}

/** A function for triggers is read through, for those that may come after it. */
function withBody(change: Change, sql: string, grammar: Grammar): Change {
  if (change.kind !== 'create function' || change.returns !== 'trigger') return change
  const body = readTriggerBody(sql, grammar)
  return body === undefined ? change : { ...change, body }
}

/** Lines before an offset; offsets come in rising order, so each letter is looked at once. */
function lineCounter(text: string): (offset: number) => number {
  let at = 0
  let lines = 0
  return (offset) => {
    for (;;) {
      const next = text.indexOf('\n', at)
      if (next < 0 || next >= offset) return lines
      at = next + 1
      lines += 1
    }
  }
}
