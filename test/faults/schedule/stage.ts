import { createProject } from '../../support/project.js'
import { lendDatabases, type Databases } from '../databases.js'

/**
 * Each leaves a mark where it can do so in the transaction that records it. The third is one statement alone, since
 * node-pg-migrate, killed behind it, cannot know that it is done; the fifth is a file that only `release` can run.
 */
const migrations = {
  '1_colour.sql': `ALTER TABLE items ADD COLUMN colour text; INSERT INTO marks (name) VALUES ('1');`,
  '2_sizes.js': `exports.up = async (pgm) => {
  const [{ count }] = await pgm.db.select('SELECT count(*)::int FROM orders WHERE id < 0')
  pgm.addColumns('orders', { size: { type: 'integer' } })
  pgm.sql('UPDATE orders SET size = ' + count + ' WHERE id < 20')
  pgm.sql("INSERT INTO marks (name) VALUES ('2')")
}`,
  '3_label-index.js': `exports.up = (pgm) => {
  pgm.noTransaction()
  pgm.createIndex('items', 'label', { name: 'items_label', concurrently: true })
}`,
  '4_tags.sql': `CREATE TABLE tags (name text NOT NULL);
INSERT INTO tags VALUES ('new'); INSERT INTO marks (name) VALUES ('4');`,
  '5_codes.sql': `-- no-transaction
INSERT INTO marks (name) VALUES ('5 at first');
CREATE UNIQUE INDEX CONCURRENTLY items_code ON items (code);
ALTER TYPE mood ADD VALUE 'fine';
DROP INDEX CONCURRENTLY items_old;
INSERT INTO marks (name) VALUES ('5 at last');`,
  '6_validate.sql': `ALTER TABLE items VALIDATE CONSTRAINT items_price; INSERT INTO marks (name) VALUES ('6');`,
  '7_notes.sql': `ALTER TABLE items ADD COLUMN note text; ALTER TABLE orders ADD COLUMN note text;
INSERT INTO marks (name) VALUES ('7');`,
} as const

export interface ScheduleStage {
  /** The folder of the app whose migrations are the first so many. */
  readonly folderOf: (files: number) => string
  readonly databases: Databases
}

export async function prepareScheduleStage(): Promise<ScheduleStage> {
  const folders = new Map<number, string>()
  for (const count of [3, 5, 7]) {
    const files = Object.entries(migrations).slice(0, count)
    const project = await createProject(
      Object.fromEntries(files.map(([name, text]) => [`migrations/${name}`, text])),
    )
    folders.set(count, project.folder)
  }
  const databases = lendDatabases(`
    CREATE TABLE marks (name text);
    CREATE TYPE mood AS ENUM ('bad');
    CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, label text, price int,
      code text DEFAULT md5(random()::text || clock_timestamp()));
    INSERT INTO items (label, price) SELECT 'item ' || n, n FROM generate_series(1, 50) n;
    CREATE INDEX items_old ON items (price);
    ALTER TABLE items ADD CONSTRAINT items_price CHECK (price > 0) NOT VALID;
    CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, total int);
    INSERT INTO orders (total) SELECT n FROM generate_series(1, 50) n;`)
  return { folderOf: (files) => folders.get(files) ?? '', databases }
}
