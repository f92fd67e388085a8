import type { Argument, Change } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Rule } from '../rule.js'
import { sameSignature, type KnownFunction } from '../state/state.js'
import { writtenType } from './words.js'

type CreateFunction = Extract<Change, { kind: 'create function' }>
const manual = 'https://www.postgresql.org/docs/current/sql-createfunction.html'
const price = `CREATE FUNCTION price(n int) RETURNS int LANGUAGE sql AS 'SELECT n';`

const overload: Rule = {
  name: 'function-overload',
  hazard: 'compatibility',
  danger:
    'A second function of the same name, whose other arguments have defaults, makes calls of the first ambiguous.',
  sqlstates: ['42725'],
  exceptions: [
    'The one that was there is dropped before, or has been made by this plan.',
    'None of its arguments has a default.',
    'CREATE without OR REPLACE, where nothing is known of another one.',
  ],
  sources: ['https://www.postgresql.org/docs/current/typeconv-func.html', manual],
  bad: {
    before: price,
    files: [
      `CREATE OR REPLACE FUNCTION price(n int, vat int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT n';`,
    ],
    running: 'SELECT price(1)',
  },
  good: {
    before: price,
    files: [`CREATE OR REPLACE FUNCTION price(n int) RETURNS int LANGUAGE sql AS 'SELECT n + 1 - 1';`],
    running: 'SELECT price(1)',
  },
  find: (change, { state }) => {
    if (change.kind !== 'create function') return undefined
    const inputs = inputsOf(change.arguments)
    if (!inputs.some(({ hasDefault }) => hasDefault)) return undefined
    const known = state.functions(change.function)
    const same = known.some((one) => sameSignature(one.arguments, change.arguments))
    const rival = known.find((one) => !one.isNew && canMeanBoth(inputsOf(one.arguments), inputs))
    if (rival === undefined && (same || known.length > 0 || !change.replace)) return undefined
    if (state.isNew('function', change.function) && rival === undefined) return undefined
    const name = shown(change.function)
    const old = rival === undefined ? `another ${name}` : `${name}(${types(rival.arguments)})`
    return {
      table: undefined,
      message:
        rival === undefined
          ? `If there is a ${name} with other arguments, this makes a second one, and calls that could mean either fail.`
          : `Calls of ${old} by the running code could now mean ${name}(${types(change.arguments)}) as well, and fail.`,
      why: 'OR REPLACE replaces a function of the same argument types only; where defaults let a call mean two functions, PostgreSQL refuses it with 42725.',
      instead: `Give the new one another name, or drop the old one just before it, in the same migration, if the new one takes every call of it:\nDROP FUNCTION ${rival === undefined ? `${name}(...)` : old};`,
      sqlstate: '42725',
      ...(rival === undefined ? { severity: 'warning' as const } : {}),
    }
  },
}

const inputsOf = (all: readonly Argument[]) => all.filter(({ out }) => !out)
const types = (all: readonly Argument[]) =>
  inputsOf(all)
    .map(({ type }) => writtenType(type))
    .join(', ')

const least = (all: readonly Argument[]) => all.filter(({ hasDefault }) => !hasDefault).length

/** Whether some number of arguments calls either, with the same types. */
function canMeanBoth(a: readonly Argument[], b: readonly Argument[]): boolean {
  const from = Math.max(least(a), least(b))
  const to = Math.min(a.length, b.length)
  const isSame = a.length === b.length && a.every(({ type }, at) => type === b[at]?.type)
  return !isSame && from <= to && a.slice(0, from).every(({ type }, at) => type === b[at]?.type)
}

const refused: Rule = {
  name: 'replace-function-refused',
  hazard: 'order',
  danger:
    'CREATE OR REPLACE FUNCTION can change neither the names of arguments, nor what is returned, nor take a default away.',
  sqlstates: ['42P13'],
  exceptions: ['Nothing is known of the function as it was.'],
  sources: [manual],
  bad: {
    before: '',
    files: [
      price,
      `CREATE OR REPLACE FUNCTION price(amount int) RETURNS int LANGUAGE sql AS 'SELECT amount';`,
    ],
  },
  good: {
    before: '',
    files: [price, `CREATE OR REPLACE FUNCTION price(n int) RETURNS int LANGUAGE sql AS 'SELECT n + 1';`],
  },
  find: (change, { state }) => {
    if (change.kind !== 'create function' || !change.replace) return undefined
    const old = state.functions(change.function).find((one) => sameSignature(one.arguments, change.arguments))
    const reason = old === undefined ? undefined : refusal(old, change)
    if (reason === undefined) return undefined
    const called = `${shown(change.function)}(${types(change.arguments)})`
    return {
      table: undefined,
      message: `This will fail with 42P13: ${reason}.`,
      why: 'Code that is stored elsewhere may rely on it, so PostgreSQL wants the function dropped first.',
      instead: `Make a function of another name for new code, and drop this one in contract-migrations/, which runs once no old code is left:\nDROP FUNCTION ${called};`,
      sqlstate: '42P13',
    }
  },
}

function refusal(old: KnownFunction, change: CreateFunction): string | undefined {
  if (old.returns !== change.returns && old.returns !== undefined && change.returns !== undefined) {
    return `it returns ${change.returns ?? 'something else'}, and returned ${old.returns ?? 'something else'}`
  }
  const [before, now] = [inputsOf(old.arguments), inputsOf(change.arguments)]
  for (const [at, { name, hasDefault }] of before.entries()) {
    const next = now[at]
    if (name !== undefined && next?.name !== undefined && next.name !== name) {
      return `the argument ${quoted(name)} is called ${quoted(next.name)}`
    }
    if (hasDefault && next?.hasDefault === false) {
      return `the argument ${name === undefined ? String(at + 1) : quoted(name)} has no default any more`
    }
  }
  return undefined
}

/** Functions of one name, and functions that are replaced. */
export const overloadRules: readonly Rule[] = [overload, refused]
