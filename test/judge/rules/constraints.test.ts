import { expect, it } from 'vitest'
import { findings, found, foundWith, index, table } from '../support/found.js'

const outside = '-- no-transaction\n'

it.each([
  ['a CHECK', ['ALTER TABLE a ADD CHECK (b > 0)'], ['add-check', 'check-rejects-writes']],
  ['a CHECK that is NOT VALID', ['ALTER TABLE a ADD CHECK (b > 0) NOT VALID'], ['check-rejects-writes']],
  ['a CHECK that is NOT ENFORCED', ['ALTER TABLE a ADD CHECK (b > 0) NOT ENFORCED'], []],
  [
    'NOT VALID and VALIDATE in one transaction',
    ['ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT VALID; ALTER TABLE a VALIDATE CONSTRAINT c'],
    ['check-rejects-writes', 'validate-in-same-transaction'],
  ],
  [
    'NOT VALID and VALIDATE in one ALTER TABLE',
    ['ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT VALID, VALIDATE CONSTRAINT c'],
    ['check-rejects-writes', 'validate-in-same-transaction'],
  ],
  [
    'NOT VALID and VALIDATE in two migrations',
    ['ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT VALID', 'ALTER TABLE a VALIDATE CONSTRAINT c'],
    ['check-rejects-writes'],
  ],
  [
    'NOT VALID and VALIDATE outside a transaction',
    [`${outside}ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT VALID; ALTER TABLE a VALIDATE CONSTRAINT c`],
    ['check-rejects-writes'],
  ],
  ['a CHECK of a new column', ['ALTER TABLE a ADD b int; ALTER TABLE a ADD CHECK (b > 0) NOT VALID'], []],
  [
    'a CHECK of a new column that refuses the NULL which running code leaves there',
    ['ALTER TABLE a ADD b int; ALTER TABLE a ADD CHECK (b IS NOT NULL) NOT VALID'],
    ['check-rejects-writes'],
  ],
  [
    'a CHECK of a new column and an old one',
    ['ALTER TABLE a ADD b int; ALTER TABLE a ADD CHECK (b > c) NOT VALID'],
    ['check-rejects-writes'],
  ],
  [
    'a CHECK in the place of another',
    ['ALTER TABLE a DROP CONSTRAINT c; ALTER TABLE a ADD CONSTRAINT c CHECK (b IN (1, 2)) NOT VALID'],
    ['check-rejects-writes?'],
  ],
  ['a CHECK of a new table', ['CREATE TABLE a (b int); ALTER TABLE a ADD CHECK (b > 0)'], []],
  ['a contract migration', ['-- contract\nALTER TABLE a ADD CHECK (b > 0) NOT VALID'], []],
  ['a contract migration that locks', ['-- contract\nALTER TABLE a ADD CHECK (b > 0)'], ['add-check']],
  [
    'a foreign key',
    ['ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c'],
    ['add-foreign-key', 'foreign-key-rejects-writes'],
  ],
  [
    'a foreign key that is NOT VALID',
    ['ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c NOT VALID'],
    ['foreign-key-rejects-writes'],
  ],
  ['a foreign key that is NOT ENFORCED', ['ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c NOT ENFORCED'], []],
  [
    'a foreign key of a new column',
    ['ALTER TABLE a ADD b int; ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c NOT VALID'],
    [],
  ],
  [
    'a foreign key of a new table',
    ['CREATE TABLE a (b int)', 'ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c'],
    [],
  ],
  ['UNIQUE', ['ALTER TABLE a ADD UNIQUE (b)'], ['add-unique', 'unique-rejects-writes']],
  [
    'UNIQUE of an index built before',
    [`${outside}CREATE UNIQUE INDEX CONCURRENTLY i ON a (b)`, 'ALTER TABLE a ADD UNIQUE USING INDEX i'],
    ['unique-index'],
  ],
  ['UNIQUE of a new column', ['ALTER TABLE a ADD b int', 'ALTER TABLE a ADD UNIQUE (b)'], ['add-unique']],
  [
    'UNIQUE NULLS NOT DISTINCT of a new column',
    ['ALTER TABLE a ADD b int', 'ALTER TABLE a ADD UNIQUE NULLS NOT DISTINCT (b)'],
    ['add-unique', 'unique-rejects-writes'],
  ],
  ['PRIMARY KEY', ['ALTER TABLE a ADD PRIMARY KEY (b)'], ['add-unique', 'unique-rejects-writes']],
  [
    'PRIMARY KEY of an index over what may be NULL',
    [`${outside}CREATE UNIQUE INDEX CONCURRENTLY i ON a (b)`, 'ALTER TABLE a ADD PRIMARY KEY USING INDEX i'],
    ['unique-index', 'add-unique'],
  ],
  ['PRIMARY KEY of an index of nobody knows what', ['ALTER TABLE a ADD PRIMARY KEY USING INDEX i'], []],
  [
    'EXCLUDE',
    ['ALTER TABLE a ADD EXCLUDE USING gist (b WITH &&)'],
    ['add-exclude', 'exclude-rejects-writes'],
  ],
  ['EXCLUDE of a new table', ['CREATE TABLE a (b int4range, EXCLUDE USING gist (b WITH &&))'], []],
])('%s', (_, files, rules) => {
  expect(found(...files)).toEqual(rules)
})

it('what the catalog knows to be unique already rejects nothing new', () => {
  const known = [table('a', { indexes: [index('a_pkey', ['id'], { unique: true, constraint: 'a_pkey' })] })]
  expect(foundWith(known, 'ALTER TABLE a ADD UNIQUE (id, b)')).toEqual(['add-unique'])
})

it('the way out is the statement itself, ready to paste', () => {
  const [finding] = findings(undefined, 'ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0 AND d ~ $$;$$);')
  expect(finding?.instead).toBe(`Add it NOT VALID, and prove it in a migration of its own:
ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0 AND d ~ $$;$$)
  NOT VALID;

-- in a migration after that one:
ALTER TABLE a VALIDATE CONSTRAINT c;`)
})

it('a constraint without a name has the one that PostgreSQL will give it', () => {
  const [check] = findings(undefined, 'ALTER TABLE a ADD CHECK (b > c);')
  expect(check?.instead).toContain('VALIDATE CONSTRAINT a_check;')
  const [key] = findings(undefined, 'ALTER TABLE "My A" ADD FOREIGN KEY (b, c) REFERENCES d;')
  expect(key?.instead).toContain('VALIDATE CONSTRAINT "My A_b_c_fkey";')
})
