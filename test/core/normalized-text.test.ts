import { expect, test } from 'vitest'
import { preparable } from '../../src/core/normalized-text.js'

test.for([
  ['SELECT interval $1', 'SELECT $1::interval'],
  ['SELECT now() - INTERVAL  $2 LIMIT $3', 'SELECT now() - $2::INTERVAL LIMIT $3'],
  ['SELECT timestamp with time zone $1', 'SELECT $1::timestamp with time zone'],
  ['SELECT date $1 + $2', 'SELECT $1::date + $2'],
  ['SELECT EXTRACT($1 FROM at) FROM t', 'SELECT extract(epoch from at) FROM t'],
  ['SELECT a FROM t LIMIT $1', 'SELECT a FROM t LIMIT $1'],
  ['UPDATE t SET date = $1', 'UPDATE t SET date = $1'],
] as const)('%s becomes %s', ([text, expected]) => {
  expect(preparable(text)).toBe(expected)
})
