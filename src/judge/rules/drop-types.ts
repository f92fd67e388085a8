import type { Argument, Change } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import { isKnownObject, replacement } from './replaced.js'

type Drop = Extract<Change, { kind: 'drop' }>

const dropFunction: Rule = {
  name: 'drop-function',
  hazard: 'compatibility',
  danger: 'Dropping a function breaks every query of the running code that calls it.',
  sqlstates: ['42883'],
  exceptions: [
    'It was made by this plan.',
    'One with the same arguments takes its place in the same transaction, and as far as the old one is known it returns the same and calls them the same.',
    'It says IF EXISTS, and the catalog does not have it.',
    'It has no arguments, and the same transaction drops a trigger, which such a function is mostly for.',
    'It stands in a contract migration.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-dropfunction.html'],
  bad: {
    before: `CREATE FUNCTION price(id int) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
    files: ['DROP FUNCTION price(int);'],
    running: 'SELECT price(1)',
  },
  good: {
    before: `CREATE FUNCTION price(id int) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
    files: [
      `DROP FUNCTION price(int);\nCREATE FUNCTION price(id int, vat int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
    ],
    running: 'SELECT price(1)',
  },
  find: (change, place) => {
    if (change.kind !== 'drop' || change.object !== 'function') return undefined
    if (!isKnownObject('function', change.name, place) || isForTrigger(change, place)) return undefined
    if (change.ifExists && place.state.hasCatalog && place.state.functions(change.name).length === 0)
      return undefined
    const next = replacement('function', change.name, place)
    const renamed = next === undefined ? [] : renamedArguments(change, next, place)
    const returns = next === undefined ? undefined : otherResult(change, next, place)
    const fits = next !== undefined && isSameCall(change, next)
    if (fits && renamed.length === 0 && returns === undefined) return undefined
    return {
      table: undefined,
      message: `Dropping the function ${shown(change.name)} breaks the running code that calls it.`,
      why:
        next === undefined
          ? 'Until the last old dyno is gone, its calls fail with 42883.'
          : fits && returns !== undefined
            ? `The one that takes its place returns ${returns}, which the running code does not expect.`
            : fits && renamed.length > 0
              ? `Calls that name ${renamed.map(quoted).join(' or ')}, such as ${shown(change.name)}(${renamed.map(quoted).join('')} => ...), fail with 42883.`
              : 'The one that takes its place has other arguments, so calls of the running code fail with 42883.',
      instead: `${next === undefined ? 'Stop' : 'Make the new one beside it, stop'} calling it in this release, and drop it in contract-migrations/, which runs once no old code is left:\n${place.statement};`,
      sqlstate: '42883',
      // Most calls name no arguments.
      ...(fits && returns === undefined ? { severity: 'warning' as const } : {}),
    }
  },
}

const isForTrigger = ({ arguments: types }: Drop, { earlier }: Place) =>
  (types ?? []).length === 0 &&
  earlier().some((change) => change.kind === 'drop' && change.object === 'trigger')

/** The function that goes, if it is known. */
const known = ({ name, arguments: types }: Drop, { state }: Place) =>
  state.functions(name).find(
    (one) =>
      !one.isNew &&
      (types === undefined ||
        inputs(one.arguments)
          .map(({ type }) => type)
          .join() === types.join()),
  )

/** What the new one returns, where that is known to be another type. */
function otherResult(change: Drop, next: Change, place: Place): string | undefined {
  if (next.kind !== 'create function' || next.returns === undefined) return undefined
  const before = known(change, place)?.returns
  return before === undefined || before === next.returns ? undefined : next.returns
}

/** Names of arguments, as far as they are known, that the new one no longer has. */
function renamedArguments(change: Drop, next: Change, place: Place): string[] {
  if (next.kind !== 'create function') return []
  const old = known(change, place)
  const taken = inputs(next.arguments).map((argument) => argument.name)
  return inputs(old?.arguments ?? []).flatMap((argument, at) =>
    argument.name === undefined || argument.name === taken[at] ? [] : [argument.name],
  )
}

const inputs = (all: readonly Argument[]) => all.filter(({ out }) => !out)

/** Every call of the old function finds the new one. */
function isSameCall({ arguments: types }: Drop, next: Change): boolean {
  if (next.kind !== 'create function' || types === undefined) return true
  const taken = next.arguments.filter(({ out }) => !out)
  return (
    types.every((type, at) => taken[at]?.type === type) &&
    taken.slice(types.length).every(({ hasDefault }) => hasDefault)
  )
}

const dropType: Rule = {
  name: 'drop-type',
  hazard: 'compatibility',
  danger:
    'Dropping a type or a domain breaks running code that casts to it, and with CASCADE every column of it goes too.',
  sqlstates: ['42704', '42703'],
  exceptions: [
    'It was made by this plan, or got out of the way of another in the same transaction.',
    'Another of the same name takes its place in the same transaction.',
    'It stands in a contract migration.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-droptype.html'],
  bad: {
    before: `CREATE TYPE status AS ENUM ('open', 'done'); CREATE TABLE tasks (id int PRIMARY KEY, status status);`,
    files: ['DROP TYPE status CASCADE;'],
    running: 'SELECT id, status FROM tasks',
  },
  good: {
    before: `CREATE TYPE status AS ENUM ('open', 'done'); CREATE TABLE tasks (id int PRIMARY KEY, status status);`,
    files: [`CREATE TYPE level AS ENUM ('low', 'high');`, 'DROP TYPE level;'],
    running: 'SELECT id, status FROM tasks',
  },
  find: (change, place) => {
    if (change.kind !== 'drop' || (change.object !== 'type' && change.object !== 'domain')) return undefined
    if (!isKnownObject(change.object, change.name, place)) return undefined
    const isReplaced = place.later().some((next) => isRemade(next, change)) || isLeftOver(change, place)
    if (!change.cascade && place.inTransaction() && isReplaced) return undefined
    return {
      table: undefined,
      message: `Dropping the ${change.object} ${shown(change.name)} breaks the running code.`,
      why: change.cascade
        ? 'CASCADE drops every column of the type, so queries that name one fail with 42703.'
        : 'Until the last old dyno is gone, casts to it fail with 42704.',
      instead: `Stop using it in this release, and drop it in contract-migrations/, which runs once no old code is left:\n${place.statement};`,
      sqlstate: change.cascade ? '42703' : '42704',
    }
  },
}

const isRemade = (next: Change, { name }: Drop) => next.kind === 'create type' && next.type.name === name.name

/** It got out of the way of a new type a moment ago. */
const isLeftOver = ({ name }: Drop, { earlier }: Place) =>
  earlier().some((one) => one.kind === 'rename' && one.to === name.name)

/** What DROP of functions and types does to running code. */
export const dropTypeRules: readonly Rule[] = [dropFunction, dropType]
