import type { ApplyOptions } from './attempt.js'
import type { SqlStep } from './build.js'
import type { Waits } from './grammar/concurrent-work.js'
import { splitStatements } from './statements.js'

/**
 * What statements that may be in a transaction wait for by design: VALIDATE CONSTRAINT for whoever changes, indexes
 * or vacuums its table. Only a text that has that word is parsed.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-VALIDATE-CONSTRAINT
 */
export async function waitsIn(steps: readonly SqlStep[]): Promise<readonly Waits[]> {
  const waits: Waits[] = []
  for (const { sql } of steps) {
    if (!/validate/i.test(sql)) continue
    for (const statement of await splitStatements(sql)) {
      if (statement.waits !== undefined && !statement.concurrent) waits.push(statement.waits)
    }
  }
  return waits
}

/**
 * Waits for them before the transaction begins, in nobody's way: an index build on the table may take longer than
 * the time that there is for table locks.
 */
export async function awaitOthers(waits: readonly Waits[], options: ApplyOptions): Promise<void> {
  if (waits.length > 0) await options.connection.query(`SET search_path TO ${options.searchPath}`)
  for (const each of waits) await options.patiently(each, async () => await Promise.resolve())
}
