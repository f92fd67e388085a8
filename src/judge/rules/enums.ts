import { shown } from '../finding.js'
import type { Rule } from '../rule.js'

const literal = (value: string) => `'${value.replaceAll("'", "''")}'`
const before = `CREATE TYPE status AS ENUM ('open', 'done'); CREATE TABLE tasks (id int PRIMARY KEY, status status);`

const renameValue: Rule = {
  name: 'rename-enum-value',
  hazard: 'compatibility',
  danger: 'Renaming a value of an enum breaks every query of the running code that says the old one.',
  sqlstates: ['22P02'],
  exceptions: ['The type was made by this plan.'],
  sources: ['https://www.postgresql.org/docs/current/sql-altertype.html'],
  bad: {
    before,
    files: [`ALTER TYPE status RENAME VALUE 'done' TO 'closed';`],
    running: `SELECT id FROM tasks WHERE status = 'done'`,
  },
  good: {
    before,
    files: [`ALTER TYPE status ADD VALUE 'closed';`],
    running: `SELECT id FROM tasks WHERE status = 'done'`,
  },
  find: (change, { state }) => {
    if (change.kind !== 'rename enum value' || state.isNew('type', change.type)) return undefined
    const [type, old, value] = [shown(change.type), literal(change.value), literal(change.to)]
    return {
      table: undefined,
      message: `Renaming ${old} to ${value} breaks the running code, which says ${old}, and reads ${value}, which it does not know.`,
      why: `A value that ${type} does not have fails with 22P02, in a comparison as well as in an INSERT.`,
      instead: `Add the new value, let code understand both, change the rows, and leave the old value unused:\nALTER TYPE ${type} ADD VALUE ${value};`,
      sqlstate: '22P02',
    }
  },
}

const usedTooSoon: Rule = {
  name: 'enum-value-used-too-soon',
  hazard: 'order',
  danger: 'A value that was added to an enum cannot be used in the same transaction.',
  sqlstates: ['55P04'],
  exceptions: ['The type was made in the same transaction.', 'The file runs outside a transaction.'],
  sources: ['https://www.postgresql.org/docs/current/sql-altertype.html#id-1.9.3.42.7'],
  bad: {
    before,
    files: [`ALTER TYPE status ADD VALUE 'late'; UPDATE tasks SET status = 'late' WHERE id = 1;`],
  },
  good: {
    before,
    files: [`ALTER TYPE status ADD VALUE 'late';`, `UPDATE tasks SET status = 'late' WHERE id = 1;`],
  },
  find: (change, { isMentionedLater, earlier }) => {
    if (change.kind !== 'add enum value') return undefined
    if (!isMentionedLater(change.value)) return undefined
    if (earlier().some((one) => one.kind === 'create type' && one.type.name === change.type.name))
      return undefined
    const value = literal(change.value)
    return {
      table: undefined,
      message: `A later statement of this migration uses ${value}, and will fail with 55P04.`,
      why: 'A new value of an enum is there for other statements once its transaction has committed, and each migration is one transaction.',
      instead: `Leave this alone in its migration, and use ${value} in the next one:\nALTER TYPE ${shown(change.type)} ADD VALUE ${value};`,
      sqlstate: '55P04',
    }
  },
}

/** Values of enums. */
export const enumRules: readonly Rule[] = [renameValue, usedTooSoon]
