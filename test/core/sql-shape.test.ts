import { expect, test } from 'vitest'
import { shapeOf } from '../../src/core/sql-shape.js'

test.for([
  ['select 1', 'SELECT  2 -- two'],
  ["select 'a''b'", "select /* why */ 'c'"],
  ["select E'a\\'b'", "select e'c'"],
  ['select $tag$ it $tag$', "select 'it'"],
  ['select a from t where b in ($1)', 'select a from t where b in ($1, $2, $3)'],
  ["select a from t where b in ('x')", "select a from t where b in ('x', 'y')"],
  ['insert into t (a, b) values ($1, $2)', 'insert into t (a,b) values ($1,$2),($3,$4)'],
  ['select a.b', 'select a . b'],
])('%s and %s are one query', ([one = '', other = '']) => {
  expect(shapeOf(one)).toBe(shapeOf(other))
})

// PostgreSQL's fingerprint has most of these as one.
test.for([
  ['select a from t1', 'select a from t2'],
  ['select a from s.t', 'select a from t'],
  ['select a as x from t', 'select a as y from t'],
  ['select f($1)', 'select f($1, $2)'],
  ['select f(1)', "select f('1')"],
  ['select "A"', 'select "a"'],
  ['select a b', 'select ab'],
  ['select a, b from t', 'select b, a from t'],
  ['insert into t values ($1, $2)', 'insert into t values ($1, $2, $3)'],
  ['insert into t values ($1), (now())', 'insert into t values ($1)'],
  ['select a from t where b in ($1, c)', 'select a from t where b in ($1)'],
  ["select 'it''s'", "select 'it' 's'"],
])('%s and %s are two', ([one = '', other = '']) => {
  expect(shapeOf(one)).not.toBe(shapeOf(other))
})

test('a text that breaks off in the middle has a shape, in time that grows with its length alone', () => {
  for (const broken of ["select '", 'select "', '/*', '$a$', "E'\\", `select ${'('.repeat(50_000)}`]) {
    const startedAt = performance.now()
    expect(shapeOf(broken)).not.toBe('')
    expect(performance.now() - startedAt).toBeLessThan(5000)
  }
})
