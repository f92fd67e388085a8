/**
 * Which physical database a session is in. A dump restored elsewhere has another cluster or another oid;
 * a file-level copy (a Heroku fork) shares both and differs in timeline and address.
 */
export interface DatabaseIdentity {
  /** `system_identifier` of pg_control_system(), or null where the role may not read it. */
  readonly cluster: string | null
  readonly databaseOid: string
  readonly timeline: number | null
  /** Host and port as the server sees itself, or null on a Unix socket. */
  readonly address: string | null
  /** Host, port and database of the URL, without credentials. */
  readonly location: string
}

export interface App {
  readonly name: string | undefined
  readonly id: string | undefined
}

/** What the ledger says of its owner; null names: a run that did not know its app. */
export interface Owner {
  readonly app: string | null
  readonly appId: string | null
  readonly identity: DatabaseIdentity
}

/** What a database is to the app that asks. */
export type Ownership =
  | { readonly kind: 'own' }
  /** Nothing of anybody's is in it. */
  | { readonly kind: 'empty' }
  /** It has tables or a history, and no ledger says whose. */
  | { readonly kind: 'unclaimed' }
  /** A ledger without an app's name. */
  | { readonly kind: 'nameless' }
  /** The ledger came along with a copy of another app's database; `owner` still has the original. */
  | { readonly kind: 'copy'; readonly owner: string }
  /** Promoted onto a new timeline at a new address: a fork, or (rarely) the same database after a failover. */
  | { readonly kind: 'fork'; readonly owner: string }
  /** Reached at another address than the owner's: only a person can tell whether it is a copy. */
  | { readonly kind: 'perhaps-copy'; readonly owner: string }
  | { readonly kind: 'foreign'; readonly owner: string }

export interface OwnershipFacts {
  readonly app: App
  readonly identity: DatabaseIdentity
  /** Undefined where there is no ledger. */
  readonly owner: Owner | undefined
  /** True when no table, view, sequence or history of a user's is in the database. */
  readonly empty: boolean
}

/** Decides what a database is to the app. An app that knows neither its name nor its id is never refused. */
export function decideOwnership(facts: OwnershipFacts): Ownership {
  const { owner, app } = facts
  if (owner === undefined) return { kind: facts.empty ? 'empty' : 'unclaimed' }
  if (isSameApp(app, owner)) return { kind: 'own' }
  const name = owner.app ?? 'an app whose name was not known'
  const physical = comparePhysical(owner.identity, facts.identity)
  if (physical === 'other') return { kind: 'copy', owner: name }
  if (owner.app === null) return { kind: 'nameless' }
  if (app.name === undefined && (app.id === undefined || owner.appId === null)) return { kind: 'own' }
  return { kind: physical === 'same' ? 'foreign' : physical, owner: name }
}

function isSameApp(app: App, owner: Owner): boolean {
  if (app.id !== undefined && owner.appId !== null) return app.id === owner.appId
  return app.name !== undefined && app.name === owner.app
}

/**
 * A cluster identifier is made by initdb and an oid by CREATE DATABASE, so a difference in either is proof.
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CONTROLDATA
 * A fork is promoted onto a new timeline at a new address, and so is a database after a failover.
 */
function comparePhysical(
  then: DatabaseIdentity,
  now: DatabaseIdentity,
): 'same' | 'other' | 'fork' | 'perhaps-copy' {
  if (then.cluster !== null && now.cluster !== null && then.cluster !== now.cluster) return 'other'
  if (then.databaseOid !== now.databaseOid) return 'other'
  if (then.location === now.location || then.address === now.address) return 'same'
  const promoted = then.timeline !== null && now.timeline !== null && now.timeline > then.timeline
  return promoted ? 'fork' : 'perhaps-copy'
}
