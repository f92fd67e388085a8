import type { ApplyOptions, Tally } from './attempt.js'
import type { BuiltMigration } from './build.js'
import { workOnIndex } from './index-work.js'
import { commit, send } from './send.js'
import { splitStatements } from './statements.js'

/**
 * Statement by statement: several in one message would be one implicit transaction. CONCURRENTLY waits for
 * older transactions by design, and a `lock_timeout` there would leave an invalid index behind.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
 */
export async function applyOutside(
  built: BuiltMigration,
  options: ApplyOptions,
  tally: Tally,
): Promise<void> {
  const { connection, searchPath, lockTimeoutMs, wasInterrupted, onLog = () => undefined } = options
  tally.inTransaction = false
  for (const step of built.steps) {
    for (const statement of await splitStatements(step.sql)) {
      const timeoutMs = statement.concurrent ? 0 : lockTimeoutMs
      await connection.query(`SET search_path TO ${searchPath}; SET lock_timeout = ${timeoutMs}`)
      const at = step.offset === undefined ? step : { ...step, offset: step.offset + statement.offset }
      const work = async () => await send({ ...at, sql: statement.sql }, connection)
      const whole = async () =>
        await workOnIndex(statement, { connection, lockTimeoutMs, onLog, wasInterrupted }, work)
      await (statement.waits === undefined ? whole() : options.patiently(statement.waits, whole))
      tally.stayed += 1
    }
  }
  await options.keepLock()
  await commit(`BEGIN; RESET ROLE; ${options.record(tally.attempted())}; COMMIT`, connection)
}
