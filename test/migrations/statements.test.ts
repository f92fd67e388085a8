import { expect, it } from 'vitest'
import { splitStatements } from '../../src/migrations/statements.js'

const texts = async (sql: string) => (await splitStatements(sql)).map((statement) => statement.sql)

it('a text is split where its statements end, not where a string or a comment has a semicolon', async () => {
  expect(
    await texts(
      `SELECT ';'; -- one; two\nSELECT $a$;$a$, "x;y" FROM t /* ; */;\n;;SELECT E'\\';'; DO $$ BEGIN; END $$`,
    ),
  ).toHaveLength(4)
})

it('every statement knows where it begins, in letters of JavaScript', async () => {
  const sql = `SELECT '🚀ö';\n\n  -- about\n  SELECT 2`
  const statements = await splitStatements(sql)
  expect(statements.map(({ offset }) => sql.slice(offset, offset + 6))).toEqual(['SELECT', 'SELECT'])
})

it('a text of nothing has no statements, and one that is no SQL comes back whole', async () => {
  expect(await texts(' -- nothing\n;')).toEqual([])
  expect(await texts('SELEC 1; SELECT 2;')).toEqual(['SELEC 1; SELECT 2;'])
})

it.each([
  ['CREATE INDEX CONCURRENTLY i ON t (a)', true],
  ['CREATE INDEX i ON t (a)', false],
  ['DROP INDEX CONCURRENTLY i', true],
  ['REINDEX INDEX CONCURRENTLY i', true],
  ['REINDEX (CONCURRENTLY) TABLE t', true],
  ['REFRESH MATERIALIZED VIEW CONCURRENTLY v', true],
  ['ALTER TABLE t DETACH PARTITION p CONCURRENTLY', true],
  [`INSERT INTO t VALUES ('CONCURRENTLY')`, false],
])('%s waits by design for other transactions: %s', async (sql, expected) => {
  const [statement] = await splitStatements(sql)
  expect(statement?.concurrent).toBe(expected)
})

it('a concurrent build is known by its table, its index and its definition', async () => {
  const [, named] = await splitStatements(
    `SELECT 'ö';CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "I" ON ONLY s . "T(""x" USING btree(a) WHERE a > 0;`,
  )
  expect(named?.builds).toEqual({
    schema: 's',
    table: 'T("x',
    index: 'I',
    unique: true,
    ifNotExists: true,
    rest: 'USING btree(a) WHERE a > 0',
  })
  const [nameless] = await splitStatements('CREATE INDEX CONCURRENTLY ON t(a)')
  expect(nameless?.builds).toMatchObject({ schema: undefined, table: 't', index: undefined, rest: '(a)' })
  const [plain] = await splitStatements('CREATE INDEX i ON t (a)')
  expect(plain?.builds).toBeUndefined()
})

it.each([
  ['CREATE INDEX CONCURRENTLY i ON s.t (a)', 'snapshots', 's', 't'],
  ['REINDEX INDEX CONCURRENTLY i', 'snapshots', undefined, 'i'],
  ['REINDEX (CONCURRENTLY) TABLE "T"', 'snapshots', undefined, 'T'],
  ['DROP INDEX CONCURRENTLY IF EXISTS s.i', 'users', 's', 'i'],
  ['ALTER TABLE t DETACH PARTITION p CONCURRENTLY', 'users', undefined, 't'],
  ['ALTER TABLE t VALIDATE CONSTRAINT c', 'workers', undefined, 't'],
] as const)('%s waits for %s of %s.%s', async (sql, waitsFor, schema, name) => {
  const [statement] = await splitStatements(sql)
  expect(statement?.waits).toEqual({ waitsFor, relation: { schema, name } })
})

it.each([
  'CREATE INDEX i ON t (a)',
  'DROP INDEX i',
  'ALTER TABLE t DETACH PARTITION p',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY v',
  'ALTER TABLE t ADD CHECK (a > 0) NOT VALID',
])('%s waits for nobody by design', async (sql) => {
  const [statement] = await splitStatements(sql)
  expect(statement).toBeDefined()
  expect(statement?.waits).toBeUndefined()
})
