import { expect, it } from 'vitest'
import { found } from '../support/found.js'

const make = (args: string) => `CREATE FUNCTION f(${args}) RETURNS int LANGUAGE sql AS 'SELECT 1'`

it.each([
  ['DROP FUNCTION f', ['drop-function']],
  ['DROP FUNCTION f(int)', ['drop-function']],
  [`DROP FUNCTION f(int); ${make('a int')}`, []],
  [`DROP FUNCTION f(int); ${make('a int, b text DEFAULT 1')}`, []],
  [`DROP FUNCTION f(int); ${make('a int, b text')}`, ['drop-function']],
  [`DROP FUNCTION f(int); ${make('a text')}`, ['drop-function']],
  [`DROP FUNCTION f; ${make('a text')}`, []],
  [`-- no-transaction\nDROP FUNCTION f(int); ${make('a int')}`, ['drop-function']],
  [`${make('a int')}; DROP FUNCTION f(int)`, []],
  ['DROP TRIGGER t ON a; DROP FUNCTION f()', []],
  ['DROP TRIGGER t ON a; DROP FUNCTION f(int)', ['drop-function']],
  ['DROP PROCEDURE f(int)', ['drop-function']],
  ['DROP TYPE t', ['drop-type']],
  ['DROP TYPE t CASCADE', ['drop-type']],
  [`DROP TYPE t; CREATE TYPE t AS ENUM ('a')`, []],
  [`DROP TYPE t CASCADE; CREATE TYPE t AS ENUM ('a')`, ['drop-type']],
  [`CREATE TYPE t AS ENUM ('a'); DROP TYPE t`, []],
  [`ALTER TYPE t RENAME TO t_old; CREATE TYPE t AS ENUM ('a'); DROP TYPE t_old`, []],
  ['DROP DOMAIN d', ['drop-type']],
  ['CREATE DOMAIN d AS int; DROP DOMAIN d', []],
  ['ALTER DOMAIN d ADD CHECK (VALUE > 0)', ['domain-constraint', 'domain-rejects-writes']],
  ['ALTER DOMAIN d ADD CHECK (VALUE > 0) NOT VALID', ['domain-rejects-writes']],
  ['ALTER DOMAIN d VALIDATE CONSTRAINT c', ['domain-constraint']],
  ['ALTER DOMAIN d SET NOT NULL', ['domain-constraint', 'domain-rejects-writes']],
  ['ALTER DOMAIN d DROP CONSTRAINT c', []],
  ['ALTER DOMAIN d DROP NOT NULL', []],
  ['CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CHECK (VALUE > 0)', []],
  ['-- contract\nDROP TYPE t; DROP FUNCTION f', []],
])('%s', (sql, rules) => {
  expect(found(sql).filter((rule) => !rule.startsWith('drop-trigger'))).toEqual(rules)
})
