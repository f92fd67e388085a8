import { expect, it } from 'vitest'
import { createScene } from '../support/scene.js'

const commands = '-> Lines that begin with a backslash are commands of psql, not SQL'
const data = '-> The data of COPY ... FROM stdin is sent by psql and cannot be part of a migration'

const table = 'CREATE TABLE public.users (id integer, name text);\n'
const copied = 'COPY public.users (id, name) FROM stdin;\n1\tAda\n\\N\tGrace\n\\.\n'
const restrict = '\\restrict 4hTq\n\n'

it.each([
  ['commands of psql', restrict + table, 1, [commands], [data]],
  ['the data of COPY', table + copied, 3, [data], [commands]],
  ['both', restrict + table + copied, 1, [commands, data], []],
  ['COPY without data', table + 'COPY public.users FROM STDIN;\n', 2, [data], [commands]],
  ['neither, but an error of its own', `SELEC 1;\n${table}`, 1, [], [data, commands]],
  ['a backslash and an error elsewhere', `SELEC 1;\nSELECT '\n\\x';\n`, 1, [], [data, commands]],
])('a dump as a migration, with %s, fails with what to do', async (_, sql, line, said, unsaid) => {
  const scene = await createScene({ 'migrations/1_dump.sql': sql })
  const result = await scene.release('migrate')
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain(`error: migrations/1_dump.sql:${line} failed: `)
  for (const advice of said) expect(result.stderr).toContain(advice)
  for (const advice of unsaid) expect(result.stderr).not.toContain(advice)
  expect(await scene.history()).toEqual([])
})
