import type { CorpusCase } from './case.js'
import { family } from './case.js'

const parts = `CREATE TABLE readings (id int, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE readings_2024 PARTITION OF readings FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_2023 (id int, day date NOT NULL, CONSTRAINT bounds CHECK (day >= '2023-01-01' AND day < '2024-01-01'));
INSERT INTO readings SELECT g, date '2024-01-01' + g % 365 FROM generate_series(1, 1000) g;
INSERT INTO readings SELECT g, date '2025-01-01' + g % 365 FROM generate_series(1, 1000) g;
INSERT INTO readings_2023 SELECT g, date '2023-01-01' + g % 365 FROM generate_series(1, 1000) g;
CREATE TABLE late (id int PRIMARY KEY, n int); INSERT INTO late SELECT g, g FROM generate_series(1, 1000) g;
ALTER TABLE late ADD CONSTRAINT n_positive CHECK (n > 0) NOT VALID;
ALTER TABLE late ADD CONSTRAINT n_there CHECK (n IS NOT NULL);
CREATE VIEW all_late AS SELECT * FROM late`
const reading = `SELECT count(*) FROM readings WHERE day >= '2024-01-01' AND day < '2024-02-01';
SELECT count(*) FROM readings WHERE day >= '2025-01-01' AND day < '2025-02-01'; SELECT id, n FROM late WHERE id = 3;
INSERT INTO late VALUES (-1, 5); SELECT n FROM all_late WHERE id = 4`

const inParts = (name: string, files: readonly string[], online?: readonly string[]): CorpusCase => ({
  name: `plans: ${name}`,
  files,
  before: parts,
  running: reading,
  ...(online === undefined ? {} : { online }),
})

/** Several files and statements that lean on each other. */
export const planCases = [
  ...family('plans', {
    'table made and filled, then indexed': [
      'CREATE TABLE copies (id int, email text)',
      'INSERT INTO copies SELECT id, email FROM users',
      'CREATE INDEX copies_email ON copies (email)',
    ],
    'table made, filled and indexed in one file':
      'CREATE TABLE copies (id int, email text); INSERT INTO copies SELECT id, email FROM users; CREATE INDEX copies_email ON copies (email)',
    'table made and filled, then constrained': [
      'CREATE TABLE copies AS SELECT id, email FROM users',
      'ALTER TABLE copies ADD PRIMARY KEY (id)',
    ],
    'three tables get a column':
      'ALTER TABLE users ADD COLUMN a int; ALTER TABLE orders ADD COLUMN a int; ALTER TABLE items ADD COLUMN a int',
    'two tables get a column': 'ALTER TABLE users ADD COLUMN a int; ALTER TABLE orders ADD COLUMN a int',
    'backfill of ten rows by their keys': `UPDATE users SET nickname = 'x' WHERE id IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)`,
    'backfill of a range of keys': `UPDATE users SET nickname = 'x' WHERE id BETWEEN 1 AND 10`,
    'backfill with LIMIT': `UPDATE users SET nickname = 'x' WHERE id IN (SELECT id FROM users WHERE nickname IS NULL LIMIT 10)`,
    'delete of what is late': `DELETE FROM orders WHERE placed_on > '2028-05-01'`,
    'swap of a table for its copy':
      'CREATE TABLE settings_new (LIKE settings INCLUDING ALL); INSERT INTO settings_new SELECT * FROM settings; ALTER TABLE settings RENAME TO settings_old; ALTER TABLE settings_new RENAME TO settings',
    'column and a foreign key to a new table':
      'CREATE TABLE teams (id int PRIMARY KEY); ALTER TABLE users ADD COLUMN team_id int REFERENCES teams',
    'seeds with ON CONFLICT DO UPDATE': `INSERT INTO settings (id, name, value) VALUES (-60, 'x', 'y') ON CONFLICT (id) DO UPDATE SET value = excluded.value`,
    'rows copied into a table in use': 'INSERT INTO archive.orders SELECT id + 500000, note FROM orders',
    'drop of the key with CASCADE': 'ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE',
    'work, then the lock':
      'CREATE TABLE sums AS SELECT count(*) FROM orders; ALTER TABLE users ADD COLUMN a int',
    'the lock, then work':
      'ALTER TABLE users ADD COLUMN a int; CREATE TABLE sums AS SELECT count(*) FROM orders',
    'the lock, then a query over a table': 'ALTER TABLE users ADD COLUMN a int; SELECT count(*) FROM orders',
    'the lock, then a row of a table':
      'ALTER TABLE users ADD COLUMN a int; SELECT id FROM orders WHERE id = 5',
    'expand and contract in one plan': [
      'ALTER TABLE users ADD COLUMN full_name text',
      'UPDATE users SET full_name = name',
      'ALTER TABLE users DROP COLUMN name',
    ],
    'renamed in one file, dropped in the next': [
      'ALTER TABLE settings RENAME TO settings_old',
      'DROP TABLE settings_old',
    ],
    'added in one file, renamed in the next': [
      'ALTER TABLE users ADD COLUMN a int',
      'ALTER TABLE users RENAME COLUMN a TO b',
      'ALTER TABLE users DROP COLUMN b',
    ],
    'sixty harmless statements': Array.from(
      { length: 60 },
      (_, n) => `CREATE TABLE many_${n} (id int PRIMARY KEY, n int DEFAULT ${n})`,
    ).join(';\n'),
    'sixty statements, the last one drops': [
      ...Array.from({ length: 59 }, (_, n) => `CREATE TABLE many_${n} (id int)`),
      'ALTER TABLE users DROP COLUMN age',
    ].join(';\n'),
  }),
  inParts('partition attached behind its CHECK', [
    `ALTER TABLE readings ATTACH PARTITION readings_2023 FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')`,
  ]),
  inParts(
    'partition detached',
    ['ALTER TABLE readings DETACH PARTITION readings_2025'],
    ['-- no-transaction\nALTER TABLE readings DETACH PARTITION readings_2025 CONCURRENTLY'],
  ),
  inParts('partition detached concurrently', [
    '-- no-transaction\nALTER TABLE readings DETACH PARTITION readings_2025 CONCURRENTLY',
  ]),
  inParts('partition made aside and attached', [
    `CREATE TABLE readings_2026 (LIKE readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS); ALTER TABLE readings ATTACH PARTITION readings_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
  ]),
  inParts(
    'partition made in place',
    [`CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`],
    [
      `CREATE TABLE readings_2026 (LIKE readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS); ALTER TABLE readings ATTACH PARTITION readings_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
    ],
  ),
  inParts('index on each partition, then on the whole', [
    'CREATE INDEX readings_id ON ONLY readings (id)',
    '-- no-transaction\nCREATE INDEX CONCURRENTLY readings_2024_id ON readings_2024 (id)',
    '-- no-transaction\nCREATE INDEX CONCURRENTLY readings_2025_id ON readings_2025 (id)',
    'ALTER INDEX readings_id ATTACH PARTITION readings_2024_id; ALTER INDEX readings_id ATTACH PARTITION readings_2025_id',
  ]),
  inParts('CHECK of an older release validated', ['ALTER TABLE late VALIDATE CONSTRAINT n_positive']),
  inParts('CHECK of an older release validated, then a lock', [
    'ALTER TABLE late VALIDATE CONSTRAINT n_positive; ALTER TABLE late ADD COLUMN a int',
  ]),
  inParts('SET NOT NULL behind a CHECK of an older release', [
    'ALTER TABLE late ALTER COLUMN n SET NOT NULL',
  ]),
  inParts('column under a view with a star', ['ALTER TABLE late ADD COLUMN extra text']),
  inParts('type changed behind a partition', ['ALTER TABLE readings ALTER COLUMN id TYPE bigint']),
]
