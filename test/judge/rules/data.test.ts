import { expect, it } from 'vitest'
import { findings, found, foundWith, index, table } from '../support/found.js'

it.each([
  ['all rows', 'UPDATE a SET b = 1', ['update-all-rows']],
  ['rows that nobody knows how many', 'UPDATE a SET b = 1 WHERE b IS NULL', ['update-all-rows?']],
  ['rows of a flag', 'UPDATE a SET b = 1 WHERE active = true', ['update-all-rows?']],
  ['rows of another table', 'UPDATE a SET b = c.b FROM c WHERE c.a_id = a.id', ['update-all-rows?']],
  ['a row', 'UPDATE a SET b = 1 WHERE id = 1', []],
  ['a few rows', "UPDATE a SET b = 1 WHERE a.slug IN ('x', 'y') AND b = 2", []],
  ['a row or others', 'UPDATE a SET b = 1 WHERE id = 1 OR b = 2', ['update-all-rows?']],
  ['a batch', 'UPDATE a SET b = 1 WHERE id IN (SELECT id FROM a WHERE b IS NULL LIMIT 1000)', []],
  [
    'rows inside a WITH',
    'WITH x AS (UPDATE a SET b = 1 RETURNING id) SELECT count(*) FROM x',
    ['update-all-rows'],
  ],
  ['a deletion', 'DELETE FROM a WHERE b < now()', ['update-all-rows?']],
  ['MERGE', 'MERGE INTO a USING c ON c.id = a.id WHEN MATCHED THEN UPDATE SET b = 1', ['update-all-rows?']],
  ['an empty new table', 'CREATE TABLE a (b int); UPDATE a SET b = 1', []],
  ['INSERT', 'INSERT INTO a SELECT * FROM b', []],
  ['TRUNCATE', 'TRUNCATE a, b', ['empty-table', 'empty-table']],
  ['TRUNCATE of a new table', 'CREATE TABLE a (b int); TRUNCATE a', []],
  ['TRUNCATE and new rows', 'TRUNCATE a; INSERT INTO a VALUES (1)', []],
  [
    'TRUNCATE and new rows, too late',
    '-- no-transaction\nTRUNCATE a; INSERT INTO a VALUES (1)',
    ['empty-table'],
  ],
  ['TRUNCATE in a contract migration', '-- contract\nTRUNCATE a', []],
  ['DELETE of everything', 'DELETE FROM a', ['update-all-rows', 'empty-table']],
])('writing: %s', (_, sql, rules) => {
  expect(found(sql)).toEqual(rules)
})

it('with a catalog, a tiny table and a unique key are let go, and a large table is not', () => {
  const keyed = table('a', { indexes: [index('k', ['kind', 'day'], { unique: true })] })
  expect(foundWith([table('a', { sizeBytes: 8192 })], 'UPDATE a SET b = 1')).toEqual([])
  expect(foundWith([keyed], `UPDATE a SET b = 1 WHERE kind = 'x' AND day = '2024-01-01'`)).toEqual([])
  expect(foundWith([keyed], `UPDATE a SET b = 1 WHERE kind = 'x'`)).toEqual(['update-all-rows?'])
  expect(findings([keyed], 'UPDATE a SET b = 1')[0]?.message).toContain('a (10 GB)')
})

it.each([
  [
    'a table is filled after a lock',
    'ALTER TABLE a ADD b int; CREATE TABLE c AS SELECT * FROM d',
    ['work-under-lock'],
  ],
  [
    'rows are copied after a lock',
    'ALTER TABLE a ADD b int; INSERT INTO c SELECT * FROM d',
    ['work-under-lock'],
  ],
  [
    'a view is filled after a lock',
    'ALTER TABLE a ADD b int; CREATE MATERIALIZED VIEW c AS SELECT 1',
    ['work-under-lock'],
  ],
  [
    'a constraint of another table is validated after a lock',
    'ALTER TABLE a ADD b int; ALTER TABLE c VALIDATE CONSTRAINT d',
    ['work-under-lock'],
  ],
  [
    'rows are changed after a lock',
    'ALTER TABLE a ADD b int; UPDATE a SET b = 1',
    ['update-all-rows', 'work-under-lock'],
  ],
  [
    'a row is written after a lock',
    "ALTER TABLE a ADD b int; INSERT INTO c VALUES (1); INSERT INTO c SELECT 1, 'x'",
    [],
  ],
  ['the work comes first', 'CREATE TABLE c AS SELECT * FROM d; ALTER TABLE a ADD b int', []],
  [
    'each is in a file of its own',
    '-- no-transaction\nALTER TABLE a ADD b int; INSERT INTO c SELECT * FROM d',
    [],
  ],
  [
    'the transaction ended in between',
    '-- no-transaction\nBEGIN; ALTER TABLE a ADD b int; COMMIT; INSERT INTO c SELECT * FROM d',
    [],
  ],
  [
    'a transaction of its own',
    '-- no-transaction\nBEGIN; ALTER TABLE a ADD b int; INSERT INTO c SELECT * FROM d; COMMIT',
    ['work-under-lock'],
  ],
  ['LOCK TABLE alone', 'LOCK TABLE a; ALTER TABLE a ADD b int', []],
  [
    'LOCK TABLE and work',
    'LOCK TABLE a IN EXCLUSIVE MODE; INSERT INTO c SELECT * FROM a',
    ['work-under-lock'],
  ],
  [
    'a lock that lets reads and writes go on',
    'LOCK TABLE a IN SHARE UPDATE EXCLUSIVE MODE; INSERT INTO c SELECT * FROM a',
    [],
  ],
  [
    'the locked table is new',
    'CREATE TABLE a (b int); ALTER TABLE a ADD c int; INSERT INTO a SELECT * FROM d',
    [],
  ],
  ['two tables are locked', 'ALTER TABLE a ADD n int; ALTER TABLE b ADD n int', []],
  [
    'three tables are locked',
    'ALTER TABLE a ADD n int; ALTER TABLE b ADD n int; ALTER TABLE c ADD n int; ALTER TABLE d ADD n int',
    ['many-tables-locked?'],
  ],
  [
    'three tables are locked, one by one',
    '-- no-transaction\nALTER TABLE a ADD n int; ALTER TABLE b ADD n int; ALTER TABLE c ADD n int',
    [],
  ],
  [
    'one table is changed twelve times',
    `ALTER TABLE a ${Array.from({ length: 12 }, (_, n) => `ADD c${n} int`).join(', ')}`,
    [],
  ],
])('locks: %s', (_, sql, rules) => {
  expect(found(sql)).toEqual(rules)
})

it.each([
  ['SET lock_timeout = 0; ALTER TABLE a ADD b int', ['lock-timeout-off']],
  ["SET LOCAL lock_timeout = '5min'; ALTER TABLE a ADD b int", ['lock-timeout-off']],
  ["SELECT set_config('lock_timeout', '0', true); ALTER TABLE a ADD b int", ['lock-timeout-off']],
  ['RESET lock_timeout; ALTER TABLE a ADD b int', ['lock-timeout-off']],
  ["SET lock_timeout = '2s'; ALTER TABLE a ADD b int", []],
  ['SET lock_timeout = 2000; ALTER TABLE a ADD b int', []],
  ['SET lock_timeout = 0; CREATE TABLE a (b int)', []],
  ['ALTER TABLE a ADD b int; SET lock_timeout = 0', []],
  ['SET statement_timeout = 0; ALTER TABLE a ADD b int', []],
  ['-- no-transaction\nSET lock_timeout = 0; ALTER TABLE a ADD b int', []],
  ['-- what it is for\nBEGIN;\nALTER TABLE a ADD b int;\nCOMMIT;\n', []],
  ['BEGIN; ALTER TABLE a ADD b int; COMMIT; SELECT 1', ['own-transaction?']],
  ['SELECT 1; COMMIT', ['own-transaction?']],
  ['BEGIN; SELECT 1; COMMIT;\nBEGIN; SELECT 1; COMMIT', ['own-transaction?', 'own-transaction?']],
  ['SELECT 1; ROLLBACK', ['own-transaction']],
  ['SAVEPOINT a; SELECT 1; ROLLBACK TO SAVEPOINT a; RELEASE SAVEPOINT a', []],
  ['-- no-transaction\nBEGIN; SELECT 1; COMMIT; SELECT 1', []],
])('the session: %s', (sql, rules) => {
  expect(found(sql)).toEqual(rules)
})

it.each([
  [
    'used in the same transaction',
    ["ALTER TYPE e ADD VALUE 'b'; UPDATE t SET e = 'b' WHERE id = 1"],
    ['enum-value-used-too-soon'],
  ],
  [
    'a default in the same transaction',
    ["ALTER TYPE e ADD VALUE 'b'; ALTER TABLE t ALTER e SET DEFAULT 'b'::e"],
    ['enum-value-used-too-soon'],
  ],
  [
    'in the WHERE of an index',
    ["CREATE TABLE t (e e); ALTER TYPE e ADD VALUE 'b'; CREATE INDEX ON t (e) WHERE e = 'b'"],
    ['enum-value-used-too-soon'],
  ],
  [
    'in a function in SQL',
    [
      "ALTER TYPE e ADD VALUE 'b'; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 FROM t WHERE e = 'b' $$",
    ],
    ['enum-value-used-too-soon'],
  ],
  [
    'in a function in PL/pgSQL, which is read when it is called',
    [
      "ALTER TYPE e ADD VALUE 'b'; CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT 1 FROM t WHERE e = 'b'); END $$",
    ],
    [],
  ],
  ['in a comment only', ["ALTER TYPE e ADD VALUE 'b' /* 'b' */; SELECT 1 -- 'b'"], []],
  [
    'of a type that is new there',
    ["CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b'; SELECT 'b'::e"],
    [],
  ],
  [
    'of a type that is new, but there already',
    ["CREATE TYPE e AS ENUM ('a')", "ALTER TYPE e ADD VALUE 'b'; SELECT 'b'::e"],
    ['enum-value-used-too-soon'],
  ],
  ['used in the next file', ["ALTER TYPE e ADD VALUE 'b'", "UPDATE t SET e = 'b' WHERE id = 1"], []],
  [
    'used outside a transaction',
    ["-- no-transaction\nALTER TYPE e ADD VALUE 'b'; UPDATE t SET e = 'b' WHERE id = 1"],
    [],
  ],
  ['renamed', ["ALTER TYPE e RENAME VALUE 'a' TO 'b'"], ['rename-enum-value']],
  ['renamed, of a new type', ["CREATE TYPE e AS ENUM ('a')", "ALTER TYPE e RENAME VALUE 'a' TO 'b'"], []],
])('a value of an enum, %s', (_, files, rules) => {
  expect(found(...files)).toEqual(rules)
})
