import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { releaseBin } from './apps.js'
import { median } from './pairs.js'
import { printColumns } from './table.js'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '..')

const tables = 40
const queries = 500
const boundMs = 15_000

/** A proof of 500 queries and ten migrations, its server started and stopped each time, in seconds of this machine. */
export async function benchProof(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'release-phase-bench-proof-'))
  try {
    await makeApp(folder)
    const times: number[] = []
    const words = ['check', '--json', '--prove', '--since', 'base', '--queries', 'queries.jsonl']
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now()
      await prove(folder, words)
      times.push(performance.now() - startedAt)
    }
    const ms = median(times)
    console.log(
      `\nA proof of ${queries} queries and ${migrations.length} migrations on ${tables}, with its server\n`,
    )
    const bound = `${ms <= boundMs ? 'within' : 'OVER'} ${boundMs / 1000} s`
    printColumns(
      ['what', 'median', 'bound'],
      [['release check --prove', `${(ms / 1000).toFixed(1)} s`, bound]],
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** It ends with 2, because it finds something. */
async function prove(cwd: string, words: readonly string[]): Promise<void> {
  const env = { PATH: process.env['PATH'], TMPDIR: tmpdir(), HOME: cwd }
  const options = { cwd, env, maxBuffer: 64 * 1024 * 1024 }
  const failed: unknown = await run(process.execPath, [releaseBin, ...words], options).then(
    () => undefined,
    (error: unknown) => error,
  )
  const code = failed instanceof Error && 'code' in failed ? failed.code : undefined
  if (code !== 2) throw new Error('the proof has found nothing', { cause: failed })
}

async function makeApp(folder: string): Promise<void> {
  await mkdir(join(folder, 'migrations'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, '.gitignore'), 'node_modules\n')
  await writeFile(join(folder, 'queries.jsonl'), Array.from({ length: queries }, line).join(''))
  for (let table = 0; table < tables; table++) {
    await writeFile(join(folder, 'migrations', `${1000 + table}_t.sql`), createTable(table))
  }
  const git = async (...args: string[]) =>
    await run('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...args], {
      cwd: folder,
    })
  await git('init', '-q', '-b', 'base')
  await git('add', '.')
  await git('commit', '-qm', 'base')
  for (const [index, sql] of migrations.entries()) {
    await writeFile(join(folder, 'migrations', `${2000 + index}_m.sql`), `${sql};\n`)
  }
}

function createTable(table: number): string {
  const types = ['integer', 'text', 'timestamptz', 'numeric']
  const columns = Array.from({ length: 15 }, (_, index) => `c${index} ${types[index % 4]}`).join(', ')
  const parent = table === 0 ? '' : `, parent integer REFERENCES t${table - 1}`
  return `CREATE TABLE t${table} (id serial PRIMARY KEY, ${columns}${parent});\nCREATE INDEX ON t${table} (c0);\n`
}

// Each its own shape: queries of one shape count as one.
function line(_: unknown, index: number): string {
  const [a, b] = [`t${index % tables}`, `t${(index * 7 + 1) % tables}`]
  const own = `${a}.c${index % 15} AS own${index}`
  const texts = [
    `SELECT *, ${own} FROM ${a} WHERE c0 = $1`,
    `SELECT ${a}.c1, count(*) AS n${index} FROM ${a} JOIN ${b} AS o ON o.id = ${a}.c0 WHERE o.c3 > $1 GROUP BY 1`,
    `INSERT INTO ${a} (c0, c1) VALUES ($1, $2) RETURNING id, ${own}`,
    `UPDATE ${a} SET c1 = $1, c4 = $2 WHERE id = $3 RETURNING ${own}`,
    `DELETE FROM ${a} WHERE id = $1 RETURNING ${own}`,
  ]
  const name = index % 3 === 0 ? { name: `q${index}` } : {}
  return `${JSON.stringify({ text: texts[index % 5], site: `routes/r${index}.js:1`, ...name })}\n`
}

const migrations = [
  'ALTER TABLE t0 ADD COLUMN x text',
  'ALTER TABLE t1 ADD COLUMN c99 integer NOT NULL',
  'ALTER TABLE t2 ALTER COLUMN c0 TYPE bigint',
  'CREATE TABLE fresh (id integer)',
  'ALTER TABLE t3 DROP COLUMN c1',
  'CREATE UNIQUE INDEX ON t4 (c0)',
  'ALTER TABLE t5 ADD CHECK (c0 > 0) NOT VALID',
  'ALTER TABLE t6 RENAME COLUMN c4 TO d4',
  'CREATE INDEX ON t7 (c5)',
  'ALTER TABLE t8 ADD COLUMN y text; ALTER TABLE t9 ADD COLUMN z text',
]
