import type { Catalog } from '../../../src/core/catalog.js'
import { readCatalog } from '../../../src/postgres/catalog.js'
import { connect } from '../../../src/postgres/session.js'
import { readDatabaseUrl } from '../../../src/postgres/url.js'
import type { TestDatabase } from '../../support/postgres.js'

/** What the database says of all its tables, each told as large and busy as it would be in production. */
export async function catalogOf(database: TestDatabase): Promise<Catalog> {
  const names = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname !~ '^(pg_|information_schema)'
     UNION SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
      WHERE nspname !~ '^(pg_|information_schema)'`,
  )
  const target = readDatabaseUrl(database.url, { source: 'DATABASE_URL' })
  const session = await connect(target, { applicationName: 'test', waitMs: 1000 })
  try {
    const catalog = await readCatalog(
      session,
      names.map(({ name }) => name),
    )
    const size = { sizeBytes: 10 * 1024 ** 3, rows: 50_000_000, usesPerSecond: 100 }
    return { ...catalog, tables: catalog.tables.map((table) => ({ ...table, ...size })) }
  } finally {
    await session.end()
  }
}
