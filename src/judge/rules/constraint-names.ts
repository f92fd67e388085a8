import type { Change } from '../change.js'
import { quoted } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import { isKnownToCode } from './tables.js'
import { alterTable } from './words.js'

type OfKey = Extract<Change, { kind: 'rename constraint' }>

const before = 'CREATE TABLE users (id int PRIMARY KEY, email text CONSTRAINT users_email_key UNIQUE);'

const renameKey: Rule = {
  name: 'rename-key',
  hazard: 'compatibility',
  danger:
    'Running code may name a UNIQUE, PRIMARY KEY or EXCLUDE constraint: in ON CONFLICT ON CONSTRAINT, or where it looks at the error of a duplicate.',
  lock: 'ACCESS EXCLUSIVE, brief',
  sqlstates: ['42704'],
  exceptions: [
    'It is known to be a CHECK or a foreign key, or a plain index.',
    'Nothing is known of it, and it is not named as PostgreSQL names keys.',
    'The constraint or its table was made by this plan.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT'],
  bad: {
    before,
    files: ['ALTER TABLE users RENAME CONSTRAINT users_email_key TO users_email_unique;'],
    running: `INSERT INTO users VALUES (1, 'a') ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING`,
  },
  good: {
    before: `${before} CREATE INDEX users_by_email ON users (email);`,
    files: ['ALTER INDEX users_by_email RENAME TO users_email_idx;'],
    running: `INSERT INTO users VALUES (1, 'a') ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING`,
  },
  find: (change, place) => {
    const renamed = renamedKey(change, place)
    if (renamed === undefined || !isKey(renamed, place)) return undefined
    const old = quoted(renamed.constraint)
    return {
      table: renamed.table,
      message: `The constraint ${old} gets another name, which breaks running code that knows it by this one.`,
      why: 'ON CONFLICT ON CONSTRAINT fails with 42704, and code that looks for the name in the error of a duplicate no longer finds it.',
      instead: `If running code names it, let this release do without, and rename it in contract-migrations/, which runs once no old code is left:\n${alterTable(renamed.table)} RENAME CONSTRAINT ${old} TO ${quoted(renamed.to)};`,
      sqlstate: '42704',
      severity: 'warning',
    }
  },
}

/** The constraint of the statement; an index that stands behind one shares its name. */
function renamedKey(change: Change, { state }: Place): OfKey | undefined {
  if (change.kind === 'rename constraint') return change
  if (change.kind !== 'rename' || change.object !== 'index') return undefined
  const found = state.indexOf(change.name)
  if (found?.index.constraint === undefined) return undefined
  return {
    kind: 'rename constraint',
    table: found.table.name,
    constraint: found.index.constraint,
    to: change.to,
  }
}

function isKey({ table: name, constraint }: OfKey, { state }: Place): boolean {
  const table = state.table(name)
  if (!isKnownToCode(table)) return false
  const known = table.constraint(constraint)
  if (known === undefined) return table.catalog === undefined && /_p?key\d*$/.test(constraint)
  return !known.isNew && (known.type === 'unique' || known.type === 'primary key' || known.type === 'exclude')
}

/** Names of constraints that running code may know. */
export const constraintNameRules: readonly Rule[] = [renameKey]
