import { expect, test } from 'vitest'
import { splitStatements } from '../../src/migrations/statements.js'

test('statements are found where they stand, whatever letters come before', async () => {
  const text = `-- é 😀\nSELECT ';'; SELECT $$;$$;\n  SELECT 3`
  const statements = await splitStatements(text)
  expect(statements.map(({ sql }) => sql)).toEqual([`SELECT ';'`, 'SELECT $$;$$', 'SELECT 3'])
  for (const { sql, offset } of statements) expect(text.slice(offset, offset + sql.length)).toBe(sql)
})

// Counted from the beginning for every statement, this would copy some 90 GB and outlast the test's limit.
test('a dump of thirty thousand statements is split', async () => {
  const statements = await splitStatements(`INSERT INTO big VALUES ('${'x'.repeat(200)}');\n`.repeat(30_000))
  expect(statements).toHaveLength(30_000)
})
