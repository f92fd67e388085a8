import type { Change, Name, ObjectKind } from '../change.js'
import { isKnownToCode } from './tables.js'
import type { Place } from '../rule.js'

const tableLike = new Set<ObjectKind>(['table', 'view', 'materialized view'])

/** What running code gets when a name is gone. https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function stateOfMissing(object: ObjectKind): string {
  if (object === 'function') return '42883'
  return object === 'type' || object === 'domain' ? '42704' : '42P01'
}

/** Whether running code may name the thing: it was there before this plan. */
export function isKnownObject(object: ObjectKind, name: Name, { state }: Place): boolean {
  if (tableLike.has(object)) return isKnownToCode(state.table(name))
  if (object === 'domain') return !state.isNew('type', name)
  if (object === 'type' || object === 'function' || object === 'sequence' || object === 'schema') {
    return !state.isNew(object, name)
  }
  return false
}

/** What takes the name over before the transaction ends, so that no running code sees it missing. */
export function replacement(object: ObjectKind, name: Name, place: Place): Change | undefined {
  if (!place.inTransaction()) return undefined
  return place.later().find((change) => takes(change, object, name))
}

function takes(change: Change, object: ObjectKind, name: Name): boolean {
  switch (change.kind) {
    case 'create view':
      return tableLike.has(object) && isSame(change.view, name)
    case 'create table':
      return tableLike.has(object) && isSame(change.table, name)
    case 'create type':
      return (object === 'type' || object === 'domain') && isSame(change.type, name)
    case 'create function':
      return object === 'function' && isSame(change.function, name)
    case 'create':
      return change.object === object && isSame(change.name, name)
    case 'rename':
      return change.object === object && change.to === name.name
  }
  return false
}

const isSame = (a: Name, b: Name) =>
  a.name === b.name && (a.schema === b.schema || a.schema === undefined || b.schema === undefined)

/** Somebody else than the owner gets to use it again before the file ends. */
export const isGrantedLater = (name: Name, { later }: Place): boolean =>
  later().some((change) => change.kind === 'grant' && change.names.some((granted) => isSame(granted, name)))
