import type { Change } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Advice, Place, Rule } from '../rule.js'
import { isKnownToCode, named } from './tables.js'

type CreateTrigger = Extract<Change, { kind: 'create trigger' }>

// They refuse nothing, and change no column that code writes.
const harmless = new Set(
  'tsvector_update_trigger tsvector_update_trigger_column suppress_redundant_updates_trigger moddatetime'.split(
    ' ',
  ),
)

const raises = `CREATE FUNCTION no_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.total = 0 THEN RAISE EXCEPTION 'an order costs something'; END IF;
  RETURN NEW;
END $$;`
const lenient = `CREATE FUNCTION no_free() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;`
const orders = 'CREATE TABLE orders (id int PRIMARY KEY, total int, changed_at timestamptz);'

const createTrigger: Rule = {
  name: 'create-trigger',
  hazard: 'compatibility',
  danger: 'A new trigger may refuse or change rows that the running code writes.',
  lock: 'SHARE ROW EXCLUSIVE, brief',
  sqlstates: ['P0001'],
  exceptions: [
    'The table was made by this plan.',
    'Its function was made by this plan in PL/pgSQL, raises nothing, returns the row, and sets columns only that this plan added, or to the time.',
    'It is one that PostgreSQL brings along, such as tsvector_update_trigger.',
  ],
  sources: ['https://www.postgresql.org/docs/current/plpgsql-trigger.html'],
  bad: {
    before: orders,
    files: [
      `${raises}
CREATE TRIGGER no_free BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION no_free();`,
    ],
    running: 'INSERT INTO orders VALUES (1, 0)',
  },
  good: {
    before: orders,
    files: [
      `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := now();
  RETURN NEW;
END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();`,
    ],
    running: 'INSERT INTO orders VALUES (1, 0)',
  },
  find: (change, place) => {
    if (change.kind !== 'create trigger' || harmless.has(change.function.name)) return undefined
    if (!isKnownToCode(place.state.table(change.table))) return undefined
    return refusal(change, place) ?? otherRows(change, place)
  },
}

function refusal(change: CreateTrigger, { state }: Place): Advice | undefined {
  const body = bodyOf(change, state)
  const leavesOut = change.before && change.eachRow && body?.skips === true
  const doesRaise = body?.raises === true
  if (!doesRaise && !leavesOut) return undefined
  const [table, called] = [named(state.table(change.table)), `${shown(change.function)}()`]
  return {
    table: change.table,
    message: doesRaise
      ? `The trigger ${quoted(change.trigger)} may refuse rows that the running code writes to ${table}.`
      : `The trigger ${quoted(change.trigger)} may leave out rows that the running code writes to ${table}, without a word.`,
    why: doesRaise
      ? `${called} raises an exception, which running code meets as P0001.`
      : `${called} returns NULL before the row is written, so it is not written.`,
    instead: `Let this release write rows that the trigger lets through, and make it in contract-migrations/, which runs once no old code is left:\nCREATE TRIGGER ${quoted(change.trigger)} ... ON ${shown(change.table)} ... EXECUTE FUNCTION ${called};`,
    ...(doesRaise ? { sqlstate: 'P0001' } : {}),
  }
}

function otherRows(change: CreateTrigger, { state }: Place): Advice | undefined {
  const table = state.table(change.table)
  const body = bodyOf(change, state)
  const sets = (body?.sets ?? []).filter((column) => table.column(column)?.isNew !== true)
  const known = body !== undefined && !body.unknown
  if (known && (!change.before || sets.length === 0)) return undefined
  const called = `${shown(change.function)}()`
  const columns = sets.includes('*') ? 'the whole row' : sets.map(quoted).join(', ')
  return {
    table: change.table,
    message: known
      ? `The trigger ${quoted(change.trigger)} changes what the running code writes to ${named(table)}: ${columns}.`
      : `The trigger ${quoted(change.trigger)} may refuse or change what the running code writes to ${named(table)}.`,
    why: known
      ? `${called} sets ${columns} before the row is written, and the running code does not expect that.`
      : `What ${called} does cannot be read here.`,
    instead: known
      ? `If code relies on what it writes there, set a new column instead, or make the trigger in contract-migrations/, which runs once no old code is left.`
      : `Look that ${called} raises nothing and leaves the columns alone that the running code writes; else make the trigger in contract-migrations/, which runs once no old code is left.`,
    severity: 'warning',
  }
}

const bodyOf = (change: CreateTrigger, state: Place['state']) =>
  state.functions(change.function).at(-1)?.body?.()

const createRule: Rule = {
  name: 'create-rule',
  hazard: 'compatibility',
  danger: 'A rule turns what the running code writes into something else.',
  lock: 'ACCESS EXCLUSIVE, brief',
  sqlstates: ['0A000'],
  exceptions: ['The table or view was made by this plan.'],
  sources: ['https://www.postgresql.org/docs/current/rules.html'],
  bad: {
    before: orders,
    files: ['CREATE RULE keep AS ON UPDATE TO orders DO INSTEAD NOTHING;'],
    running: 'UPDATE orders SET total = 7 WHERE id = 10001 RETURNING total',
  },
  good: {
    before: orders,
    files: [
      'CREATE VIEW totals AS SELECT total FROM orders; CREATE RULE keep AS ON INSERT TO totals DO INSTEAD NOTHING;',
    ],
    running: 'UPDATE orders SET total = 7 WHERE id = 10001 RETURNING total',
  },
  find: (change, { state }) => {
    if (change.kind !== 'create rule') return undefined
    const table = state.table(change.table)
    if (!isKnownToCode(table)) return undefined
    const verb = change.event.toUpperCase()
    return {
      table: change.table,
      message: change.instead
        ? `With this rule ${verb} on ${named(table)} does something else than the running code means.`
        : `With this rule ${verb} on ${named(table)} does more than the running code means.`,
      why: 'A rule rewrites the query before it runs; what says RETURNING or ON CONFLICT fails with 0A000.',
      instead: `Use a trigger that leaves old writes alone, or make the rule in contract-migrations/, which runs once no old code is left.`,
      ...(change.instead ? { sqlstate: '0A000' } : { severity: 'warning' as const }),
    }
  },
}

const replaceTriggerFunction: Rule = {
  name: 'replace-trigger-function',
  hazard: 'compatibility',
  danger: 'A trigger that is there refuses or leaves out rows as soon as its function does.',
  sqlstates: ['P0001'],
  exceptions: [
    'Nothing is known of a function of that name, or it was made by this plan.',
    'It has raised an exception, or returned NULL, before.',
  ],
  sources: ['https://www.postgresql.org/docs/current/plpgsql-trigger.html'],
  bad: {
    before: `${orders} ${lenient} CREATE TRIGGER no_free BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION no_free();`,
    files: [raises.replace('CREATE', 'CREATE OR REPLACE')],
    running: 'INSERT INTO orders VALUES (1, 0)',
  },
  good: {
    before: `${orders} ${lenient} CREATE TRIGGER no_free BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION no_free();`,
    files: [lenient.replace('CREATE', 'CREATE OR REPLACE')],
    running: 'INSERT INTO orders VALUES (1, 0)',
  },
  find: (change, { state }) => {
    if (change.kind !== 'create function') return undefined
    const old = state.functions(change.function).find(({ isNew }) => !isNew)
    // To read a body takes its time, so that of a function that nobody knows is not read.
    const body = old === undefined ? undefined : change.body?.()
    if (old === undefined || body === undefined) return undefined
    const { raises: refuses, skips } = body
    const was = old.body?.()
    if (!(refuses && was?.raises !== true) && !(skips && was?.skips !== true)) return undefined
    const called = `${shown(change.function)}()`
    return {
      table: undefined,
      message: `From now on ${called} may ${refuses ? 'refuse' : 'leave out'} rows that the running code writes to tables whose triggers call it.`,
      why: refuses
        ? 'It raises an exception, which running code meets as P0001.'
        : 'It returns NULL, so a trigger before the row leaves it out without a word.',
      instead: `Let this release write rows that it lets through, and replace the function in contract-migrations/, which runs once no old code is left.`,
      ...(refuses ? { sqlstate: 'P0001' } : {}),
      ...(was === undefined ? { severity: 'warning' as const } : {}),
    }
  },
}

/** Triggers and rules that come between running code and its rows. */
export const triggerRules: readonly Rule[] = [createTrigger, replaceTriggerFunction, createRule]
