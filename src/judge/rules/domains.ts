import type { Change } from '../change.js'
import { shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'

type OnDomain = Extract<Change, { kind: 'domain constraint' }>

const before = 'CREATE DOMAIN cents AS int; CREATE TABLE lines (id int PRIMARY KEY, price cents);'
const source = 'https://www.postgresql.org/docs/current/sql-alterdomain.html'

/** The change, where tables may use the domain already. */
function ofUsed(change: Change, { state }: Place): OnDomain | undefined {
  return change.kind === 'domain constraint' && !state.isNew('type', change.domain) ? change : undefined
}

const domainScans: Rule = {
  name: 'domain-constraint',
  hazard: 'lock',
  danger: 'A constraint that a domain gets or validates is proved for every row of every table that uses it.',
  lock: 'SHARE on every table that has a column of the domain, scan',
  exceptions: ['It is added NOT VALID, and left so.', 'The domain was made by this plan.'],
  sources: [source],
  bad: {
    before,
    files: ['ALTER DOMAIN cents ADD CONSTRAINT cents_check CHECK (VALUE >= 0);'],
    running: 'INSERT INTO lines VALUES (1, 2)',
  },
  good: {
    before,
    files: ['ALTER DOMAIN cents ADD CONSTRAINT cents_check CHECK (VALUE >= 0) NOT VALID;'],
    contract: true,
  },
  find: (change, place) => {
    const on = ofUsed(change, place)
    if (on === undefined) return undefined
    const works = (on.does === 'add' && !on.notValid) || on.does === 'set not null' || on.does === 'validate'
    if (!works) return undefined
    const domain = shown(on.domain)
    return {
      table: undefined,
      message: `This reads every table that has a column of ${domain} while nobody can write any of them.`,
      why: 'ALTER DOMAIN looks at every row under a SHARE lock on all of these tables, and VALIDATE does so too.',
      instead:
        on.does === 'validate'
          ? 'Leave it NOT VALID, which holds for all new values; or validate it in contract-migrations/ while the app is in maintenance mode.'
          : `Add it NOT VALID, which holds for all new values:\nALTER DOMAIN ${domain} ADD CHECK (${on.does === 'set not null' ? 'VALUE IS NOT NULL' : '...'}) NOT VALID;`,
    }
  },
}

const domainRejects: Rule = {
  name: 'domain-rejects-writes',
  hazard: 'compatibility',
  danger:
    'A new constraint of a domain, also one that is NOT VALID, rejects values that the running code could write until now.',
  sqlstates: ['23514', '23502'],
  exceptions: ['The domain was made by this plan.', 'It stands in a contract migration.'],
  sources: [source],
  bad: {
    before,
    files: ['ALTER DOMAIN cents ADD CONSTRAINT cents_check CHECK (VALUE >= 0) NOT VALID;'],
    running: 'INSERT INTO lines VALUES (1, -2)',
  },
  good: {
    before,
    files: ['CREATE DOMAIN euros AS int CHECK (VALUE >= 0);'],
    running: 'INSERT INTO lines VALUES (1, -2)',
  },
  find: (change, place) => {
    const on = ofUsed(change, place)
    if (on === undefined || (on.does !== 'add' && on.does !== 'set not null')) return undefined
    const sqlstate = on.does === 'add' ? '23514' : '23502'
    return {
      table: undefined,
      message: `From now on, values of ${shown(on.domain)} that this constraint does not allow are rejected in every table.`,
      why: `An INSERT, UPDATE or cast of the running code that was fine until now fails with ${sqlstate}.`,
      instead: `Let this release write only what it allows, and add it in contract-migrations/, which runs once no old code is left:\n${place.statement};`,
      sqlstate,
    }
  },
}

/** What constraints of domains do to the tables that use them. */
export const domainRules: readonly Rule[] = [domainScans, domainRejects]
