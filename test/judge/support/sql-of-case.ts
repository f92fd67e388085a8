import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MigrationFile } from '../../../src/core/migration.js'
import { loadMigrations } from '../../../src/migrations/load.js'
import { previewSteps } from '../../../src/migrations/preview.js'
import type { CorpusCase } from '../corpus/case.js'

/** The SQL of a case, file by file; that of a js migration is what it would send. */
export const sqlOf = async ({ files, js }: CorpusCase, folder: string): Promise<readonly string[]> =>
  js === undefined ? files : [await sqlOfCode(js, folder)]

let written = 0

async function sqlOfCode(body: string, folder: string): Promise<string> {
  const name = `${++written}_case`
  const path = join(folder, `${name}.js`)
  const source = `exports.up = (pgm) => { ${body} }`
  await writeFile(path, source)
  const file: MigrationFile = { name, path, timestamp: written }
  const [migration] = await loadMigrations({
    files: [file],
    pending: [file],
    sources: new Map([[name, source]]),
    tsconfigPaths: false,
  })
  if (migration === undefined) throw new Error(`${body} is no migration`)
  const { steps, inTransaction, unknown } = await previewSteps(migration, false)
  if (unknown !== undefined) throw new Error(`${body}: ${unknown}`)
  return [...(inTransaction ? [] : ['-- no-transaction']), ...steps.map((step) => step.sql)].join('\n')
}
