/**
 * A FROM item `x` for queries that have pg_locks as `locks`: prepared transactions, which hold their locks without
 * a session until somebody commits them or rolls them back, and the name that `locks` has for each of them.
 * https://www.postgresql.org/docs/current/view-pg-prepared-xacts.html
 */
export const preparedTransactions = `(
  SELECT p.*, t.virtualtransaction FROM pg_prepared_xacts p
  JOIN locks t ON t.locktype = 'transactionid' AND t.transactionid = p.transaction AND t.pid IS NULL) x`

/** What is told of a prepared transaction `x`, the columns of `sessionColumns`. */
export const preparedColumns = `
  '' AS "applicationName", x.owner::text AS "user", 'prepared' AS state,
  extract(epoch FROM clock_timestamp() - x.prepared)::float8 * 1000 AS "transactionMs",
  NULL::float8 AS "idleMs", '' AS query, x.gid AS prepared`
