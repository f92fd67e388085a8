import type { Change } from '../change.js'
import { shown } from '../finding.js'
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
    'One with the same arguments takes its place in the same transaction.',
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
      `DROP FUNCTION price(int);\nCREATE FUNCTION price(number int) RETURNS int LANGUAGE sql AS 'SELECT 1';`,
    ],
    running: 'SELECT price(1)',
  },
  find: (change, place) => {
    if (change.kind !== 'drop' || change.object !== 'function') return undefined
    if (!isKnownObject('function', change.name, place) || isForTrigger(change, place)) return undefined
    const next = replacement('function', change.name, place)
    if (next !== undefined && isSameCall(change, next)) return undefined
    return {
      table: undefined,
      message: `Dropping the function ${shown(change.name)} breaks the running code that calls it.`,
      why:
        next === undefined
          ? 'Until the last old dyno is gone, its calls fail with 42883.'
          : 'The one that takes its place has other arguments, so calls of the running code fail with 42883.',
      instead: `${next === undefined ? 'Stop' : 'Make the new one beside it, stop'} calling it in this release, and drop it in contract-migrations/, which runs once no old code is left:\n${place.statement};`,
      sqlstate: '42883',
    }
  },
}

const isForTrigger = ({ arguments: types }: Drop, { earlier }: Place) =>
  (types ?? []).length === 0 &&
  earlier().some((change) => change.kind === 'drop' && change.object === 'trigger')

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
