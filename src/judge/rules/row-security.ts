import type { Change, Name } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import { isKnownToCode, named } from './tables.js'

const shared = 'CREATE TABLE notes (id int PRIMARY KEY, owner text); GRANT ALL ON notes TO app;'
const contractLater =
  'Let this release work under the policies first, and do it in contract-migrations/, which runs once no old code is left'

const enable: Rule = {
  name: 'enable-row-security',
  hazard: 'compatibility',
  danger:
    'Under row-level security without a policy that lets them through, queries find no rows and INSERT fails.',
  lock: 'ACCESS EXCLUSIVE, brief',
  sqlstates: ['42501'],
  exceptions: [
    'The table was made by this plan.',
    'The same migration makes a policy that lets everybody do everything: USING (true).',
    'The catalog says that nobody but the owner may use the table; with FORCE, that row-level security is off.',
  ],
  sources: ['https://www.postgresql.org/docs/current/ddl-rowsecurity.html'],
  bad: {
    before: shared,
    files: ['ALTER TABLE notes ENABLE ROW LEVEL SECURITY;'],
    running: `INSERT INTO notes VALUES (-1, 'me')`,
    role: 'app',
  },
  good: {
    before: shared,
    files: ['ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY everybody ON notes USING (true);'],
    running: `INSERT INTO notes VALUES (-1, 'me')`,
    role: 'app',
  },
  find: (change, place) => {
    if (change.kind !== 'row security' || (change.does !== 'enable' && change.does !== 'force'))
      return undefined
    const table = place.state.table(change.table)
    if (!isKnownToCode(table) || table.catalog?.kind === 'view') return undefined
    const forced = change.does === 'force'
    const onHere = around(place).some(
      (one) => one.kind === 'row security' && one.does === 'enable' && isOf(one, change.table),
    )
    if (!forced && table.catalog?.grantedTo.length === 0) return undefined
    if (forced && table.rowSecurity === false && !onHere) return undefined
    if (around(place).some((one) => one.kind === 'create policy' && one.open && isOf(one, change.table)))
      return undefined
    const roles = table.catalog?.grantedTo ?? []
    const who = forced ? 'the owner too' : roles.length > 0 ? roles.join(', ') : 'every role but the owner'
    return {
      table: change.table,
      message: `Without a policy that lets them through, the rows of ${named(table)} are gone for ${who}.`,
      why: 'SELECT, UPDATE and DELETE then silently find nothing, and INSERT fails with 42501.',
      instead: `Let everybody through in the same migration, and make stricter policies once code works under them:\nCREATE POLICY everybody ON ${shown(change.table)} USING (true);`,
      sqlstate: '42501',
      ...(forced || roles.length > 0 ? {} : { severity: 'warning' as const }),
    }
  },
}

const policies: Rule = {
  name: 'stricter-policy',
  hazard: 'compatibility',
  danger: 'A restrictive, changed or dropped policy hides rows from the running code, or refuses its writes.',
  lock: 'ACCESS EXCLUSIVE, brief',
  sqlstates: ['42501'],
  exceptions: [
    'The table was made by this plan.',
    'The catalog says that row-level security is off for the table.',
    'A permissive policy that is new: it lets more through.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-createpolicy.html'],
  bad: {
    before: `${shared} ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY everybody ON notes USING (true);`,
    files: [`CREATE POLICY mine ON notes AS RESTRICTIVE USING (owner = 'me');`],
    running: `INSERT INTO notes VALUES (-1, 'you')`,
    role: 'app',
  },
  good: {
    before: `${shared} ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY everybody ON notes USING (true);`,
    files: [`CREATE POLICY mine ON notes USING (owner = 'me');`],
    running: `INSERT INTO notes VALUES (-1, 'you')`,
    role: 'app',
  },
  find: (change, place) => {
    const strict = stricter(change)
    if (strict === undefined) return undefined
    const table = place.state.table(strict.table)
    if (!isKnownToCode(table)) return undefined
    const onHere = place.earlier().some((one) => one.kind === 'row security' && isOf(one, strict.table))
    if (table.rowSecurity === false && !onHere) return undefined
    return {
      table: strict.table,
      message: `${strict.words} may hide rows of ${named(table)} from the running code, or refuse its writes.`,
      why: 'Rows that no permissive policy lets through, or that a restrictive one holds back, are silently not found; writing one fails with 42501.',
      instead: `${contractLater}.`,
      sqlstate: '42501',
      ...(strict.sure ? {} : { severity: 'warning' as const }),
    }
  },
}

function stricter(
  change: Change,
): { readonly table: Name; readonly words: string; readonly sure: boolean } | undefined {
  if (change.kind === 'create policy') {
    if (!change.restrictive) return undefined
    return { table: change.table, words: `The restrictive policy ${quoted(change.policy)}`, sure: true }
  }
  if (change.kind === 'alter policy') {
    return { table: change.table, words: `The policy ${quoted(change.policy)}, changed,`, sure: false }
  }
  if (change.kind !== 'drop' || change.object !== 'policy' || change.on === undefined) return undefined
  return {
    table: change.on,
    words: `Without the policy ${shown(change.name)}, row-level security`,
    sure: false,
  }
}

const around = ({ earlier, later }: Place): readonly Change[] => [...earlier(), ...later()]

const isOf = (change: { readonly table: Name }, { name }: Name) => change.table.name === name

/** Row-level security, which hides rows without an error. */
export const rowSecurityRules: readonly Rule[] = [enable, policies]
