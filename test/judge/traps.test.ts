import { describe, expect, it } from 'vitest'
import { judge, type JudgedFile } from '../../src/judge/judge.js'
import { allRules } from '../../src/judge/rules/all.js'
import { loadGrammar } from '../../src/judge/sql/grammar.js'
import { findings, found, table } from './support/found.js'
import { truthOf } from './support/truth-here.js'

const grammar = await loadGrammar()

/** Findings as `line rule`, of files that may run outside a transaction. */
const places = (...files: readonly string[]): string[] =>
  findings(undefined, ...files).map(({ line, rule }) => `${line} ${rule}`)

const locks = (...files: readonly string[]) =>
  findings(undefined, ...files).flatMap(({ hazard, rule }) => (hazard === 'lock' ? [rule] : []))

describe('types', () => {
  it.each([
    ['varchar(20)', 'varchar(40)'],
    ['varchar(20)', 'text'],
    ['text', 'varchar'],
    ['numeric(8,2)', 'numeric(12,2)'],
    ['numeric(8,2)', 'numeric'],
    ['cidr', 'inet'],
    ['varbit(4)', 'varbit(8)'],
    ['timestamp(3)', 'timestamp'],
  ])('%s to %s rewrites nothing, on a server and for the judge', async (from, to) => {
    const before = `CREATE TABLE a (id int PRIMARY KEY, b ${from});`
    const files = [`ALTER TABLE a ALTER COLUMN b TYPE ${to};`]
    const truth = await truthOf({ before, files })
    expect([truth.stalls, truth.fails]).toEqual([undefined, undefined])
    const { findings: all } = judge(files.map(plainFile), {
      grammar,
      rules: allRules,
      catalog: truth.catalog,
    })
    expect(all).toEqual([])
  })

  it('int to bigint does rewrite, on a server and for the judge', async () => {
    const files = ['ALTER TABLE a ALTER COLUMN b TYPE bigint;']
    const truth = await truthOf({ before: 'CREATE TABLE a (id int PRIMARY KEY, b int);', files })
    expect(truth.stalls).toMatchObject({ work: expect.anything() as unknown })
    expect(locks(...files)).toEqual(['change-type'])
  })
})

describe('defaults', () => {
  it.each(['now()', 'current_timestamp', `'x'`, '1 + 1'])('%s is silent', async (value) => {
    const files = [`ALTER TABLE a ADD COLUMN b text DEFAULT ${value};`]
    expect(found(...files)).toEqual([])
    expect((await truthOf({ before: 'CREATE TABLE a (id int);', files })).stalls).toBeUndefined()
  })

  it.each(['clock_timestamp()', 'gen_random_uuid()', 'random()'])('%s is not', async (value) => {
    const files = [`ALTER TABLE a ADD COLUMN b text DEFAULT ${value};`]
    expect(locks(...files)).toHaveLength(1)
    expect((await truthOf({ before: 'CREATE TABLE a (id int);', files })).stalls).toBeDefined()
  })
})

it('SET NOT NULL behind a validated check is silent as a lock hazard, and behind one that is not it is not', async () => {
  const add = 'ALTER TABLE a ADD CONSTRAINT c CHECK (b IS NOT NULL) NOT VALID;'
  const validated = [
    add,
    'ALTER TABLE a VALIDATE CONSTRAINT c;',
    'ALTER TABLE a ALTER COLUMN b SET NOT NULL;',
  ]
  const hasty = [add, 'ALTER TABLE a ALTER COLUMN b SET NOT NULL;']
  expect([locks(...validated), locks(...hasty)]).toEqual([[], ['set-not-null']])
  const before = 'CREATE TABLE a (id int PRIMARY KEY, b int);'
  expect((await truthOf({ before, files: validated })).stalls).toBeUndefined()
  expect((await truthOf({ before, files: hasty })).stalls).toBeDefined()
})

it('DROP INDEX of the unique index behind ON CONFLICT breaks, on a server and for the judge', async () => {
  const before = 'CREATE TABLE a (id int, b int); CREATE UNIQUE INDEX a_b ON a (b);'
  const files = ['-- no-transaction\nDROP INDEX CONCURRENTLY a_b;']
  const truth = await truthOf({
    before,
    files,
    running: 'INSERT INTO a VALUES (1, -1) ON CONFLICT (b) DO NOTHING',
  })
  expect(truth.breaks?.sqlstate).toBe('42P10')
  const { findings: all } = judge(files.map(plainFile), { grammar, rules: allRules, catalog: truth.catalog })
  expect(all).toMatchObject([{ rule: 'drop-unique-index', sqlstate: '42P10' }])
})

it.each([
  ['CREATE TABLE with a key to a hot table', 'CREATE TABLE b (id int, a_id int REFERENCES a (id));'],
  ['DROP of a child', 'DROP TABLE child;'],
  ['PARTITION OF', `CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (20);`],
])('%s locks the other table too', async (_, sql) => {
  const before = `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE child (id int, a_id int REFERENCES a (id));
    CREATE TABLE p (k int) PARTITION BY RANGE (k); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10);
    INSERT INTO p SELECT g % 10 FROM generate_series(1, 500) g;`
  const truth = await truthOf({ before, files: [sql] })
  expect(truth.locks.map(({ table: name }) => name)).toEqual(
    expect.arrayContaining([sql.includes('PARTITION') ? 'p' : 'a']),
  )
  const large = truth.catalog.tables.map((one) => ({ ...one, sizeBytes: 10 * 1024 ** 3, usesPerSecond: 100 }))
  const { findings: all } = judge([plainFile(sql)], {
    grammar,
    rules: allRules,
    catalog: { ...truth.catalog, tables: large },
  })
  expect(all.filter(({ hazard }) => hazard === 'lock')).not.toEqual([])
})

it('NOT VALID and VALIDATE in one transaction is found, and in two it is not', () => {
  const add = 'ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (b_id) REFERENCES b (id) NOT VALID;'
  const validate = 'ALTER TABLE a VALIDATE CONSTRAINT k;'
  const [together, apart] = [found(`${add}\n${validate}`), found(add, validate)].map((rules) =>
    rules.filter((rule) => !rule.startsWith('foreign-key-rejects')),
  )
  expect(together).not.toEqual([])
  expect(apart).toEqual([])
})

it('a comment before BEGIN, and BEGIN itself, hide nothing', () => {
  expect(places('-- why\n/* and */\nBEGIN;\nALTER TABLE a DROP COLUMN b;\nCOMMIT;')).toEqual([
    '4 drop-column',
  ])
})

it('a statement inside DO is found at its line', () => {
  expect(
    places('SELECT 1;\nDO $$\nBEGIN\n  IF true THEN\n    ALTER TABLE a DROP COLUMN b;\n  END IF;\nEND $$;'),
  ).toEqual(['5 drop-column'])
})

it.each([
  ['"Ünï cødé"', '"Ünï cødé"'],
  ['"quo""ted"', '"quo""ted"'],
  ['sales.orders', 'sales.orders'],
  ['"Sales"."Orders"', '"Sales"."Orders"'],
  ['ORDERS', 'orders'],
])('%s is named as a person writes it', (name, shown) => {
  const [finding] = findings(undefined, `ALTER TABLE ${name} DROP COLUMN "ÄB";`)
  expect(finding?.message).toBe(`Dropping ${shown}."ÄB" breaks the running code.`)
  expect(finding?.instead).toContain(`ALTER TABLE ${shown} DROP COLUMN "ÄB";`)
})

it('ALTER TABLE with twelve subcommands is judged by each of them', () => {
  const parts = Array.from({ length: 10 }, (_, at) => `ADD COLUMN c${at} int`)
  const all = found(
    `ALTER TABLE a ${[...parts, 'DROP COLUMN old', 'ALTER COLUMN b SET NOT NULL'].join(', ')};`,
  )
  expect(all).toEqual(expect.arrayContaining(['drop-column', 'set-not-null', 'not-null-rejects-writes']))
})

it('a file of 5 MB is judged to its end', () => {
  const row = `(1, '${'x'.repeat(1000)}')`
  const sql = `INSERT INTO a VALUES\n${`${row},\n`.repeat(5200)}${row};\nALTER TABLE a DROP COLUMN b;`
  expect(sql.length).toBeGreaterThan(5 * 1024 * 1024)
  expect(places(sql)).toContain('5203 drop-column')
})

it('CRLF and a BOM move no line', () => {
  expect(places('\uFEFF-- a\r\nSELECT 1;\r\n\r\nALTER TABLE a\r\n  DROP COLUMN b;\r\n')).toEqual([
    '4 drop-column',
  ])
})

it('nested dollar quotes are read as deep as the grammar can', () => {
  const sql = `DO $a$
BEGIN
  EXECUTE $b$ALTER TABLE a DROP COLUMN b$b$;
  EXECUTE $b$DO $c$ BEGIN ALTER TABLE a DROP COLUMN c; END $c$ $b$;
END $a$;
ALTER TABLE a DROP COLUMN d;`
  expect(places(sql)).toEqual(['3 drop-column', '4 drop-column', '6 drop-column'])
})

const plainFile = (sql: string, index = 0): JudgedFile => ({
  path: `${index + 1}.sql`,
  texts: [{ sql, line: 1, inFile: true }],
  noTransaction: sql.startsWith('-- no-transaction'),
  contract: false,
})

// `table` stands for what only a catalog says; a tiny one is quiet, a large one is not.
it('a table that the catalog says is tiny makes nobody wait', () => {
  const sql = 'CREATE INDEX ON a (b);'
  expect(findings([table('a', { sizeBytes: 8192 })], sql)).toEqual([])
  expect(findings([table('a')], sql)).toHaveLength(1)
})
