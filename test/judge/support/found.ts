import type { Catalog, CatalogTable } from '../../../src/core/catalog.js'
import { judge, type JudgedFile } from '../../../src/judge/judge.js'
import { allRules } from '../../../src/judge/rules/all.js'
import { loadGrammar } from '../../../src/judge/sql/grammar.js'

const grammar = await loadGrammar()

/** What is found in files that run in this order: `rule`, or `rule?` for a warning. */
export const found = (...files: readonly string[]): string[] => foundWith(undefined, ...files)

/** The same, with tables that the catalog tells of. */
export const foundWith = (
  tables: readonly CatalogTable[] | undefined,
  ...files: readonly string[]
): string[] =>
  findings(tables, ...files).map(({ rule, severity }) => (severity === 'warning' ? `${rule}?` : rule))

/** The findings themselves. */
export const findings = (tables: readonly CatalogTable[] | undefined, ...files: readonly string[]) =>
  judge(files.map(fileOf), { grammar, rules: allRules, catalog: tables && catalogWith(tables) }).findings

const fileOf = (sql: string, index: number): JudgedFile => ({
  path: `${index + 1}.sql`,
  texts: [{ sql, line: 1, inFile: true }],
  noTransaction: sql.startsWith('-- no-transaction'),
  contract: sql.startsWith('-- contract'),
})

/** A catalog of nothing but these tables. */
export const catalogWith = (tables: readonly CatalogTable[]): Catalog => ({
  serverVersion: 170_000,
  searchPath: ['public'],
  utc: true,
  tables,
})

/** A busy table of 10 GB in `public`, with what the test says of it. */
export const table = (name: string, facts: Partial<CatalogTable> = {}): CatalogTable => ({
  schema: 'public',
  name,
  kind: 'table',
  sizeBytes: 10 * 1024 ** 3,
  rows: 50_000_000,
  columns: [],
  constraints: [],
  indexes: [],
  partitionOf: undefined,
  dependents: [],
  rowSecurity: false,
  grantedTo: [],
  usesPerSecond: 100,
  ...facts,
})

/** An index over columns that the catalog tells of. */
export const index = (
  name: string,
  columns: readonly string[],
  facts: Partial<CatalogTable['indexes'][number]> = {},
): CatalogTable['indexes'][number] => ({
  name,
  unique: false,
  valid: true,
  partial: false,
  columns,
  reads: facts.partial === true ? columns : [],
  constraint: undefined,
  ...facts,
})
