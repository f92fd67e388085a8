import type { Change } from '../change.js'
import { quoted } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import type { State } from '../state/state.js'
import type { ColumnState, TableState } from '../state/table.js'
import { codeMeets, keepsRows, type KnownType } from '../state/type-change.js'
import { isBusy, isKnownToCode, lockSeverity, named } from './tables.js'
import { alterTable, columnName, typeName } from './words.js'

type AlterType = Extract<Change, { kind: 'alter type' }>

const before = `CREATE TABLE orders (id int PRIMARY KEY, number int, code varchar(20));`
const source = 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'

const typeRewrites: Rule = {
  name: 'change-type',
  hazard: 'lock',
  danger: 'Most changes of type write every row and every index anew while nobody can use the table.',
  lock: 'ACCESS EXCLUSIVE on the table, rewrite, or scan of it for its indexes and CHECKs',
  exceptions: [
    'The old type is known, and its values stay as they are: varchar(n) to a larger n or to text, text to varchar without a limit, numeric to more digits at the same scale or to no limit, cidr to inet, more digits of a second, varbit to a larger one, timestamp to timestamptz where the server has UTC, or a domain without a CHECK over a type for which all this holds.',
    'The table was made by this plan and nothing was put into it, or the catalog says that it is tiny.',
  ],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE orders ALTER COLUMN number TYPE bigint;'],
    running: 'SELECT id FROM orders WHERE number = 1',
  },
  good: {
    before,
    files: [
      'ALTER TABLE orders ADD COLUMN note varchar(20);',
      'ALTER TABLE orders ALTER COLUMN note TYPE text;',
    ],
    running: 'SELECT id FROM orders WHERE number = 1',
  },
  find: (change, { state }) => {
    if (change.kind !== 'alter type') return undefined
    const table = state.table(change.table)
    const column = table.column(change.column)
    const old = known(column)
    const to = toOf(change, state)
    const isKept =
      old !== undefined &&
      !change.converts &&
      !state.isConstrainedDomain(change.type) &&
      keepsRows(old, to, state.utc)
    const work = isKept ? indexWork(change, table, old) : undefined
    if (!isBusy(table) || (isKept && work === undefined)) return undefined
    return {
      table: change.table,
      message:
        work === undefined
          ? `Changing the type of ${columnName(change.table, change.column)} to ${typeName(change.type)} rewrites ${named(table)} while nobody can read or write it.`
          : `Changing the type of ${columnName(change.table, change.column)} to ${typeName(change.type)} ${work} while nobody can read or write ${named(table)}.`,
      why:
        work !== undefined
          ? 'The rows keep their bytes, but what compares them does not fit the new type, and is made anew under the ACCESS EXCLUSIVE lock.'
          : old === undefined
            ? 'Unless the old type has the same bytes, which only the database can say, every row and every index is written anew under an ACCESS EXCLUSIVE lock.'
            : 'Every row and every index is written anew under an ACCESS EXCLUSIVE lock.',
      instead: besides(change),
      ...lockSeverity(table),
    }
  },
}

/** The new type; of a domain what it is made of, whose bytes it has. */
function toOf({ type }: AlterType, state: State): KnownType {
  const { name, modifiers, array } = (type.array ? undefined : state.domainBase(type)) ?? type
  return { type: array ? `_${name}` : name, modifiers }
}

const known = (column: ColumnState | undefined): KnownType | undefined =>
  column?.type === undefined ? undefined : { type: column.type, modifiers: column.modifiers }

/**
 * What is made anew although the rows stay: indexes with another order, a WHERE or another collation, and CHECKs.
 * https://github.com/postgres/postgres/blob/master/src/backend/commands/indexcmds.c (CheckIndexCompatible)
 */
function indexWork(change: AlterType, table: TableState, old: KnownType): string | undefined {
  const indexes = table.indexes().filter(({ columns }) => columns.includes(change.column))
  // What an expression or a WHERE says may be another for the new type.
  if (table.indexes().some(({ reads }) => reads.includes(change.column))) return 'builds its indexes anew'
  const reordered = change.collation || reorders.has(`${old.type} ${change.type.name}`)
  if (reordered && indexes.length > 0) return 'builds its indexes anew'
  const checks = table
    .constraints()
    .some(({ type, columns, enforced }) => type === 'check' && enforced && columns.includes(change.column))
  return checks ? 'proves its CHECKs for every row' : undefined
}

const reorders = new Set([
  'timestamp timestamptz',
  'timestamptz timestamp',
  'int4 oid',
  'oid int4',
  'text citext',
  'varchar citext',
  'citext text',
])

/** The long way: a column beside it. */
function besides({ table, column, type }: AlterType): string {
  const name = quoted(`${column}_new`)
  return `Add a column of the new type beside it, write both in this release, fill the old rows in batches, read the new one in the next release, and drop ${quoted(column)} in contract-migrations/:\n${alterTable(table)} ADD COLUMN ${name} ${typeName(type)};`
}

const typeBreaks: Rule = {
  name: 'type-breaks-code',
  hazard: 'compatibility',
  danger: 'The running code goes on writing and comparing values of the old type, and expects to read them.',
  sqlstates: ['42883', '42804', '22001', '22003', '22P02', '23514'],
  exceptions: [
    'The new type takes every value of the old one, and code reads it the same way.',
    'Without a catalog: the new type is one to which columns are mostly widened, such as text, varchar, numeric or timestamptz, and there is no USING.',
    'The column, or its table, was added by this plan.',
  ],
  sources: [source, 'https://node-postgres.com/features/types'],
  bad: {
    before,
    files: ['ALTER TABLE orders ALTER COLUMN number TYPE uuid USING gen_random_uuid();'],
    running: 'SELECT id FROM orders WHERE number = 1',
  },
  good: {
    before,
    files: ['ALTER TABLE orders ADD COLUMN number_new bigint;'],
    running: 'SELECT id FROM orders WHERE number = 1',
  },
  find: (change, place) => {
    if (change.kind !== 'alter type') return undefined
    const table = place.state.table(change.table)
    const column = table.column(change.column)
    if (!isKnownToCode(table) || column?.isNew === true) return undefined
    const meets = whatCodeMeets(change, known(column), place)
    if (meets === undefined) return undefined
    return {
      table: change.table,
      message: `${columnName(change.table, change.column)} becomes ${typeName(change.type)}, which the running code does not expect.`,
      why: meets.why,
      instead: besides(change),
      ...(meets.sqlstate === undefined ? {} : { sqlstate: meets.sqlstate }),
    }
  },
}

function whatCodeMeets(change: AlterType, old: KnownType | undefined, { state }: Place) {
  const to = toOf(change, state)
  if (state.isConstrainedDomain(change.type)) {
    return { sqlstate: '23514', why: 'The domain refuses values that the old type took, with 23514.' }
  }
  const meets = codeMeets(old, to)
  if (meets !== undefined || old !== undefined || !change.converts) return meets
  return {
    sqlstate: undefined,
    why: 'USING turns the values into others, and the running code goes on with the old ones.',
  }
}

/** What a change of a column's type does. */
export const columnTypeRules: readonly Rule[] = [typeRewrites, typeBreaks]
