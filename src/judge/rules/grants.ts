import type { Change } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'

type Revoke = Extract<Change, { kind: 'grant' | 'revoke' }>

const revoke: Rule = {
  name: 'revoke',
  hazard: 'compatibility',
  danger: 'What is revoked from a role fails for running code that is that role.',
  sqlstates: ['42501'],
  exceptions: [
    'The table, function, type, sequence or schema was made by this plan.',
    'The catalog says that the role had no right to the table.',
    'The right to make things in a schema, which running code does not need.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-revoke.html'],
  bad: {
    before: 'CREATE TABLE notes (id int PRIMARY KEY); GRANT ALL ON notes TO app;',
    files: ['REVOKE INSERT ON notes FROM app;'],
    running: 'INSERT INTO notes VALUES (-1)',
    role: 'app',
  },
  good: {
    before: 'CREATE TABLE notes (id int PRIMARY KEY); GRANT ALL ON notes TO app;',
    files: ['REVOKE CREATE ON SCHEMA public FROM PUBLIC;'],
    running: 'INSERT INTO notes VALUES (-1)',
    role: 'app',
  },
  find: (change, place) => {
    if (change.kind !== 'revoke') return undefined
    const names = change.names.filter((name) => !isNew(change, name, place))
    if (names.length === 0 || isOnlyCreate(change)) return undefined
    if (change.object === 'table' && names.every((name) => hadNothing(change, name, place))) return undefined
    const roles = change.from.filter((role) => role !== 'public')
    const rights = change.privileges.length === 0 ? 'ALL' : change.privileges.join(', ').toUpperCase()
    const on = names.map(shown).join(', ')
    const who = roles.length === 0 ? 'whoever is not its owner' : roles.map(quoted).join(', ')
    const given = place.later().some((next) => next.kind === 'grant' && sharesRole(next, change))
    const table = change.object === 'table' ? names[0] : undefined
    return {
      table,
      message: `Running code that connects as ${who} loses ${rights} on ${on}.`,
      why: 'Its statements fail with 42501 from the moment this commits.',
      instead: `Let this release do without it, and revoke it in contract-migrations/, which runs once no old code is left.`,
      sqlstate: '42501',
      ...(roles.length === 0 || given ? { severity: 'warning' as const } : {}),
    }
  },
}

function isNew({ object }: Revoke, name: Revoke['names'][number], { state }: Place): boolean {
  if (object === 'table' || object === 'view') return state.table(name).isNew
  const kind = object === 'domain' ? 'type' : object
  if (kind === 'type' || kind === 'function' || kind === 'sequence' || kind === 'schema')
    return state.isNew(kind, name)
  return false
}

const isOnlyCreate = ({ object, privileges }: Revoke) =>
  object === 'schema' &&
  privileges.length > 0 &&
  privileges.every((right) => right.toLowerCase() === 'create')

function hadNothing({ from }: Revoke, name: Revoke['names'][number], { state }: Place): boolean {
  const granted = state.table(name).catalog?.grantedTo
  return granted !== undefined && from.every((role) => !granted.some((one) => one.toLowerCase() === role))
}

const sharesRole = (grant: Revoke, { from }: Revoke) => grant.from.some((role) => from.includes(role))

/** Rights that are taken away. */
export const grantRules: readonly Rule[] = [revoke]
