import type { Change, Constraint, Name } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import { isBusy, isKnownToCode, lockSeverity, named } from './tables.js'
import { alterTable, columnList, inTurn, madeName, notValid } from './words.js'

const before =
  'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, user_id int);'
const source = 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'

interface Key {
  readonly table: Name
  readonly constraint: Constraint
  readonly parent: Name
}

function addedKey(change: Change): Key | undefined {
  if (change.kind !== 'add constraint') return undefined
  const { table, constraint } = change
  if (constraint.references === undefined || constraint.notEnforced) return undefined
  return { table, constraint, parent: constraint.references.table }
}

/** The statement again, NOT VALID, and its proof in a migration of its own. */
function twoSteps({ table, constraint, parent }: Key, place: Place): string {
  const name =
    constraint.name === undefined ? madeName(table, constraint.columns, 'fkey') : quoted(constraint.name)
  const to = constraint.references?.columns ?? []
  const plain = `${alterTable(table)} ADD CONSTRAINT ${name} FOREIGN KEY (${columnList(constraint.columns)}) REFERENCES ${shown(parent)}${to.length === 0 ? '' : ` (${columnList(to)})`} NOT VALID;`
  const own =
    constraint.notValid && place.beside().length === 1 ? `${place.statement};` : notValid(place, plain)
  return inTurn(own, `${alterTable(table)} VALIDATE CONSTRAINT ${name};`)
}

const addForeignKey: Rule = {
  name: 'add-foreign-key',
  hazard: 'lock',
  danger: 'A new foreign key is proved for every row while nobody can write either table.',
  lock: 'SHARE ROW EXCLUSIVE on both tables, scan',
  exceptions: [
    'It is NOT VALID, and validated in a transaction of its own.',
    'It is NOT ENFORCED (18 and later).',
    'The table that gets it was made by this plan and nothing was put into it, or the catalog says that it is tiny.',
  ],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users;'],
    running: 'INSERT INTO orders VALUES (1, 10001)',
  },
  good: {
    before,
    files: [
      'ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;',
      'ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;',
    ],
    contract: true,
  },
  find: (change, place) => {
    const key = addedKey(change)
    if (key === undefined || key.constraint.notValid) return undefined
    const table = place.state.table(key.table)
    if (!isBusy(table)) return undefined
    return {
      table: key.table,
      message: `This foreign key reads all of ${named(table)} while nobody can write ${shown(key.table)} or ${shown(key.parent)}.`,
      why: 'ADD FOREIGN KEY looks up every row under a SHARE ROW EXCLUSIVE lock on both tables; NOT VALID leaves that to VALIDATE, which stops nobody.',
      instead: `Add it NOT VALID, and prove it in a migration of its own:\n${twoSteps(key, place)}`,
      ...lockSeverity(table),
    }
  },
}

const keyRejects: Rule = {
  name: 'foreign-key-rejects-writes',
  hazard: 'compatibility',
  danger:
    'A new foreign key, also one that is NOT VALID, rejects writes that the running code could make until now.',
  lock: 'SHARE ROW EXCLUSIVE on both tables, brief when NOT VALID',
  sqlstates: ['23503'],
  exceptions: [
    'It is NOT ENFORCED (18 and later).',
    'One of its columns was added by this plan, so that running code leaves it NULL.',
    'The table that gets it was made by this plan.',
  ],
  sources: ['https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK'],
  bad: {
    before,
    files: [
      'ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;',
    ],
    running: 'DELETE FROM users WHERE id = 10001',
  },
  good: {
    before,
    files: [
      'ALTER TABLE orders ADD COLUMN payer_id int;\nALTER TABLE orders ADD CONSTRAINT orders_payer_id_fkey FOREIGN KEY (payer_id) REFERENCES users NOT VALID;',
      'ALTER TABLE orders VALIDATE CONSTRAINT orders_payer_id_fkey;',
    ],
    running: 'DELETE FROM users WHERE id = 10001; INSERT INTO orders VALUES (1, 5)',
  },
  find: (change, place) => {
    const key = addedKey(change)
    if (key === undefined) return undefined
    const table = place.state.table(key.table)
    const leftNull = key.constraint.columns.some((name) => table.column(name)?.isNew === true)
    if (!isKnownToCode(table) || leftNull) return undefined
    return {
      table: key.table,
      message: `From now on, the running code cannot write a ${columnList(key.constraint.columns)} into ${shown(key.table)} that ${shown(key.parent)} does not have, nor delete a row there that is pointed to.`,
      why: 'Either fails with 23503; NOT VALID excuses only the rows that are there.',
      instead: `Let this release keep to it, and add the key in contract-migrations/, which runs once no old code is left:\n${twoSteps(key, place)}`,
      sqlstate: '23503',
    }
  },
}

/** What foreign keys do to the tables at both their ends. */
export const foreignKeyRules: readonly Rule[] = [addForeignKey, keyRejects]
