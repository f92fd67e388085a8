import type { Bound, Comparison } from './bounds.js'

/** A name as the catalog has it; the schema only where the statement gives one. */
export interface Name {
  readonly schema: string | undefined
  readonly name: string
}

/** A type as written: `numeric(10,2)` is name `numeric`, modifiers [10, 2]. Aliases come as the grammar resolves them. */
export interface ColumnType {
  readonly name: string
  readonly schema: string | undefined
  readonly modifiers: readonly number[]
  readonly array: boolean
}

/** An expression, as far as the rules ask about one. */
export interface Expression {
  readonly sql: string
  /** Names of functions that it calls, lower case, without `pg_catalog`. */
  readonly functions: readonly string[]
  /** Names of columns that it reads. */
  readonly columns: readonly string[]
  /** `col IS NOT NULL` and nothing else: the column. */
  readonly provesNotNull: readonly string[]
  /** A constant, however it is cast. */
  readonly constant: boolean
  /** NULL, however it is cast. */
  readonly null: boolean
  /** What it says of columns and constants, where all of it has to hold. */
  readonly comparisons: readonly Comparison[]
}

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly notNull: boolean
  readonly default: Expression | undefined
  readonly identity: 'always' | 'by default' | undefined
  readonly generated: 'stored' | 'virtual' | undefined
  /** serial, bigserial, smallserial. */
  readonly serial: boolean
  /** Constraints written at the column, except NOT NULL and DEFAULT. */
  readonly constraints: readonly Constraint[]
}

export interface Constraint {
  readonly type: 'check' | 'foreign key' | 'unique' | 'primary key' | 'exclude' | 'not null'
  readonly name: string | undefined
  /** Columns of this table; for a CHECK those that it reads. */
  readonly columns: readonly string[]
  /** Where a foreign key points. */
  readonly references: { readonly table: Name; readonly columns: readonly string[] } | undefined
  readonly expression: Expression | undefined
  readonly notValid: boolean
  /** NOT ENFORCED (18 and later). */
  readonly notEnforced: boolean
  /** UNIQUE or PRIMARY KEY USING INDEX. */
  readonly usingIndex: string | undefined
  /** NULL does not equal NULL, as UNIQUE has it unless told otherwise. */
  readonly nullsDistinct: boolean
}

export type ObjectKind =
  | 'table'
  | 'view'
  | 'materialized view'
  | 'index'
  | 'sequence'
  | 'type'
  | 'domain'
  | 'function'
  | 'schema'
  | 'trigger'
  | 'policy'
  | 'rule'
  | 'extension'
  | 'other'

/** What a function in PL/pgSQL does as a trigger. */
export interface TriggerBody {
  readonly raises: boolean
  /** It returns NULL, which leaves the row as it was, or out. */
  readonly skips: boolean
  /** Columns of NEW that it sets, but for those that get the time; `*` for the whole row. */
  readonly sets: readonly string[]
  /** It runs what cannot be read. */
  readonly unknown: boolean
}

export interface Argument {
  readonly name: string | undefined
  readonly type: string
  readonly hasDefault: boolean
  readonly out: boolean
}

export interface CreateTable {
  readonly kind: 'create table'
  readonly table: Name
  readonly ifNotExists: boolean
  readonly temporary: boolean
  readonly columns: readonly Column[]
  readonly constraints: readonly Constraint[]
  readonly partitionOf: Name | undefined
  readonly bound: Bound | undefined
  /** PARTITION BY. */
  readonly partitioned: boolean
  readonly inherits: readonly Name[]
  /** CREATE TABLE AS, SELECT INTO. */
  readonly filled: boolean
  readonly storage: Storage
}

/** How and where the rows of a table are kept. */
export interface Storage {
  readonly logged: boolean
  readonly tablespace: string
  readonly accessMethod: string
}
