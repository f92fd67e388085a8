import type { TestDatabase } from './postgres.js'

/** SQL that goes on until the test lets it go, without ever waiting for a lock itself. */
export const untilLetGo = `DO $$ BEGIN
  WHILE NOT pg_try_advisory_xact_lock(4711) LOOP PERFORM pg_sleep(0.02); END LOOP;
END $$;`

/** A function for an index whose build goes on until the test lets it go; the table needs a row. */
export const slowFunction = `CREATE FUNCTION public.until_let_go(value int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $f$ BEGIN
  WHILE NOT pg_try_advisory_xact_lock(4711) LOOP PERFORM pg_sleep(0.02); END LOOP;
  RETURN value;
END $f$;`

/** Keeps every `untilLetGo` of this database going until the returned function is called. */
export async function hold(database: TestDatabase): Promise<() => Promise<void>> {
  const client = await database.connect()
  await client.query('SELECT pg_advisory_lock(4711)')
  return async () => {
    await client.query('SELECT pg_advisory_unlock(4711)')
  }
}
