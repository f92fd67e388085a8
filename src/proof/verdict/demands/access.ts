import type { Tried } from '../observation.js'
import type { SchemaChanges } from '../changes.js'
import { lookUp, type Schema, type Table } from '../schema.js'
import type { Uses } from '../uses.js'
import { words, type Met, type Suspicion } from './suspicion.js'

/** Triggers that are new or changed, met by the writes that set them off. */
export function triggers({ query, write, before, now }: Met): Suspicion[] {
  return now.triggers
    .filter(({ definition }) => before.triggers.every((old) => old.definition !== definition))
    .filter(({ events }) => events.includes(write.does))
    .filter(
      ({ columns }) =>
        write.does !== 'update' ||
        columns.length === 0 ||
        write.columns === undefined ||
        columns.some((name) => write.columns?.has(name)),
    )
    .map(({ name }) => ({
      symptom: {
        query,
        rule: 'proof-rows-change',
        severity: 'warning',
        sqlstate: 'P0001',
        table: now.name,
        said: `sets off the trigger ${name} of ${now.name} with its ${words[write.does]}`,
        why: 'A trigger may refuse a write or store another row; what this one does, only running it can tell.',
      },
    }))
}

/** Row-level security, policies and grants: met by every query on the table. */
export function access(query: Tried, uses: Uses, { before, now, of }: SchemaChanges): Suspicion[] {
  const tables = new Set(uses.tables.flatMap((name) => lookUp(now, name) ?? []))
  return [...tables].filter(of).flatMap((table) => {
    const then = before.tables.get(table.name)
    return then === undefined
      ? []
      : [
          ...rowSecurity(query, then, table),
          ...partitions(query, then, table),
          ...grants(query, uses, [then, table], now),
        ]
  })
}

function rowSecurity(query: Tried, before: Table, now: Table): Suspicion[] {
  const forced = now.rowSecurityForced && now.rowSecurity
  const turnedOn = now.rowSecurity && !before.rowSecurity
  const changed = now.rowSecurity && before.policies.join() !== now.policies.join()
  const heldOwner = forced && !(before.rowSecurity && before.rowSecurityForced)
  if (!turnedOn && !changed && !heldOwner) return []
  const hidden = heldOwner && now.policies.length === 0
  return [
    {
      symptom: {
        query,
        rule: 'proof-rows-change',
        severity: hidden ? 'error' : 'warning',
        table: now.name,
        said: hidden
          ? `finds no row in ${now.name}: row-level security is on and forced, and no policy lets any through`
          : `may find other rows in ${now.name}: ${turnedOn || heldOwner ? 'row-level security is on' : 'its policies have changed'}`,
        why: hidden
          ? 'Nobody but a superuser sees rows then, and no error says so; a write fails with 42501.'
          : `Rows that no policy lets through are hidden from ${forced ? 'everybody' : 'everybody but the owner of the table'}, and no error says so; a write of such a row fails with 42501.`,
      },
    },
  ]
}

function partitions(query: Tried, before: Table, now: Table): Suspicion[] {
  const gone = before.partitions.filter((name) => !now.partitions.includes(name))
  if (gone.length === 0) return []
  return [
    {
      symptom: {
        query,
        rule: 'proof-rows-change',
        severity: 'warning',
        sqlstate: '23514',
        table: now.name,
        said: `no longer finds the rows of ${gone.join(', ')} in ${now.name}`,
        why: 'They are gone for whoever asks the table, without an error; a row that belonged there is refused with 23514.',
      },
    },
  ]
}

const privileges = { insert: 'INSERT', update: 'UPDATE', delete: 'DELETE' } as const

function grants(
  query: Tried,
  { writes }: Uses,
  [before, now]: readonly [Table, Table],
  schema: Schema,
): Suspicion[] {
  const own = writes.filter(({ table }) => lookUp(schema, table) === now)
  const needed = own.length === 0 ? ['SELECT'] : own.map(({ does }) => privileges[does])
  const lost = before.grants.filter(
    (grant) => !now.grants.includes(grant) && needed.includes(grant.split(':').at(-1) ?? ''),
  )
  const roles = [...new Set(lost.map((grant) => grant.split(':')[0] ?? ''))]
  return roles.map((role) => ({
    symptom: {
      query,
      rule: 'proof-query-breaks',
      severity: 'warning',
      sqlstate: '42501',
      table: now.name,
      said: `fails with 42501 for the role ${role}, which has lost ${needed.join(' and ')} on ${now.name}`,
      why: 'A grant goes with REVOKE, and with a table or view that is dropped and made anew; which role the running code has, this does not know.',
    },
  }))
}
