import { eventually } from '../support/eventually.js'
import { createProject } from '../support/project.js'
import { lendDatabases, type Databases, type Lent } from './databases.js'
import { carries, type Message } from './messages.js'

/** Six migrations that between them take every way through a release. */
export const migrations = {
  'migrations/1_orders.sql': 'CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);',
  'migrations/2_sizes.js': `exports.up = async (pgm) => {
  const [{ count }] = await pgm.db.select('SELECT count(*)::int FROM items')
  pgm.addColumns('items', { size: { type: 'integer' } })
  pgm.sql('UPDATE items SET size = ' + count)
}`,
  'migrations/3_tags.sql': `CREATE TABLE tags (name text NOT NULL);
INSERT INTO tags VALUES ('new');`,
  'migrations/4_label-index.sql': `-- no-transaction
ALTER TYPE mood ADD VALUE 'fine';
CREATE INDEX CONCURRENTLY items_label ON items (label);
DROP INDEX CONCURRENTLY items_old;
INSERT INTO items VALUES ('in between', 21);`,
  'migrations/5_validate.sql': 'ALTER TABLE items VALIDATE CONSTRAINT items_price;',
  'migrations/6_busy.sql': 'ALTER TABLE busy ADD COLUMN note text;',
} as const

/** The app's folder, and the databases that every trial begins with. */
export interface Stage {
  readonly folder: string
  readonly databases: Databases
}

export async function prepareStage(): Promise<Stage> {
  const { folder } = await createProject(migrations)
  const databases = lendDatabases(`
    CREATE TABLE items (label text, price int);
    INSERT INTO items SELECT 'item ' || n, n FROM generate_series(1, 20) n;
    ALTER TABLE items ADD CONSTRAINT items_price CHECK (price > 0) NOT VALID;
    CREATE INDEX items_old ON items (price);
    CREATE TYPE mood AS ENUM ('bad');
    CREATE TABLE busy (id int);`)
  return { folder, databases }
}

/** The rest of the app: what the migrations have to wait for. */
export interface Traffic {
  /** Passes a message on; what is in its way goes away once it has been seen to wait. */
  readonly meet: (message: Message, pass: () => Promise<boolean>) => Promise<void>
  /** Resolves at once, or where this message began an index build, when that waits for the old snapshot. */
  readonly settle: (message: Message) => Promise<void>
  /** Ends its transaction. */
  readonly leave: () => Promise<void>
}

const snapshot = 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1'
const tableLock = 'BEGIN; LOCK TABLE busy IN ACCESS SHARE MODE'

/**
 * Takes a snapshot just before the index build begins, which waits for it; and a lock on the table `busy` just
 * before it is altered, which ends at the first `lock_timeout`. Each once.
 */
export function startTraffic({ client, observer }: Pick<Lent, 'client' | 'observer'>): Traffic {
  const left = new Set([snapshot, tableLock])
  let held: string | undefined
  let ended: Promise<unknown> = Promise.resolve()
  const hold = async (what: string) => {
    if (!left.delete(what)) return
    await client.query(what)
    held = what
  }
  const leave = async () => {
    if (held !== undefined) ended = client.query('COMMIT')
    held = undefined
    await ended
  }
  const settle = async (message: Message) => {
    if (held !== snapshot || !asks(message, buildIndex)) return
    await eventually(async () => {
      const { rows } = await observer.query(
        `SELECT FROM pg_stat_progress_create_index
         WHERE datname = current_database() AND phase = 'waiting for old snapshots'`,
      )
      return rows.length > 0
    }, 'the index build waits for the old snapshot')
  }
  return {
    settle,
    leave,
    meet: async (message, pass) => {
      // A release that was cut off begins again with the lock, and is not to meet what it met before.
      if (isLockTimeout(message) || asks(message, 'pg_try_advisory_lock')) await leave()
      if (asks(message, buildIndex)) await hold(snapshot)
      if (asks(message, 'ALTER TABLE busy')) await hold(tableLock)
      if (!(await pass()) || held !== snapshot) return
      await settle(message)
      await leave()
    },
  }
}

const buildIndex = 'CREATE INDEX CONCURRENTLY'

const asks = (message: Message, sql: string) => message.type === 'Q' && carries(message, sql)

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const isLockTimeout = (message: Message) => message.type === 'E' && carries(message, 'C55P03')
