import type { OnTable } from './on-table.js'
import type { Name, ColumnType, Expression, ObjectKind, TriggerBody, Argument, CreateTable } from './parts.js'

export type { OnTable } from './on-table.js'
export type * from './parts.js'

/** What one statement, or one part of an ALTER TABLE, does to the schema or to the rows. */
export type Change =
  | CreateTable
  | {
      readonly kind: 'create view'
      readonly view: Name
      readonly replace: boolean
      readonly materialized: boolean
      /** It reads with the rights of whoever asks (15 and later). */
      readonly securityInvoker: boolean
      readonly columns: readonly string[] | undefined
    }
  | {
      readonly kind: 'refresh'
      readonly view: Name
      readonly concurrently: boolean
      readonly withData: boolean
    }
  | {
      readonly kind: 'drop'
      /** Types of a function's arguments, where the statement says them. */
      readonly arguments?: readonly string[]
      readonly object: ObjectKind
      readonly name: Name
      readonly on: Name | undefined
      readonly cascade: boolean
      readonly concurrently: boolean
      readonly ifExists: boolean
    }
  | { readonly kind: 'rename'; readonly object: ObjectKind; readonly name: Name; readonly to: string }
  | {
      readonly kind: 'rename column'
      readonly table: Name
      readonly column: string
      readonly to: string
      readonly of: 'table' | 'view' | 'type'
    }
  | {
      readonly kind: 'rename constraint'
      readonly table: Name
      readonly constraint: string
      readonly to: string
    }
  | { readonly kind: 'move'; readonly object: ObjectKind; readonly name: Name; readonly to: string }
  | OnTable
  | {
      readonly kind: 'create index'
      readonly index: string | undefined
      readonly table: Name
      readonly unique: boolean
      readonly concurrently: boolean
      readonly ifNotExists: boolean
      /** Plain columns, in their order; an expression is none. */
      readonly columns: readonly string[]
      /** Nothing but columns stands between the parentheses. */
      readonly plain: boolean
      /** Columns that its expressions read. */
      readonly reads: readonly string[]
      readonly nullsDistinct: boolean
      /** WHERE: it holds only some rows. */
      readonly where: Expression | undefined
      readonly only: boolean
    }
  | {
      readonly kind: 'reindex'
      readonly object: 'index' | 'table' | 'schema' | 'database' | 'system'
      readonly name: Name | undefined
      readonly concurrently: boolean
    }
  | {
      readonly kind: 'create type'
      readonly type: Name
      readonly of: 'enum' | 'composite' | 'domain' | 'range' | 'other'
      /** A domain with a CHECK or NOT NULL. */
      readonly constrained: boolean
      /** What a domain is made of. */
      readonly base?: ColumnType
    }
  | { readonly kind: 'add enum value'; readonly type: Name; readonly value: string }
  | { readonly kind: 'rename enum value'; readonly type: Name; readonly value: string; readonly to: string }
  | {
      readonly kind: 'domain constraint'
      readonly domain: Name
      readonly does: 'add' | 'validate' | 'drop' | 'set not null' | 'drop not null' | 'other'
      readonly notValid: boolean
    }
  | {
      readonly kind: 'create function'
      readonly function: Name
      readonly replace: boolean
      /** What a trigger of it does to rows; undefined: not known. */
      readonly body?: () => TriggerBody | undefined
      readonly arguments: readonly Argument[]
      readonly returns: string | undefined
      readonly volatility: 'immutable' | 'stable' | 'volatile'
    }
  | {
      readonly kind: 'create trigger'
      readonly trigger: string
      readonly table: Name
      readonly replace: boolean
      readonly before: boolean
      readonly eachRow: boolean
      readonly function: Name
    }
  | {
      readonly kind: 'create rule'
      readonly rule: string
      readonly table: Name
      readonly event: 'select' | 'insert' | 'update' | 'delete'
      readonly instead: boolean
    }
  | {
      readonly kind: 'create policy' | 'alter policy'
      readonly policy: string
      readonly table: Name
      readonly restrictive: boolean
      /** It lets everybody do everything. */
      readonly open: boolean
    }
  | {
      readonly kind: 'grant' | 'revoke'
      readonly object: ObjectKind
      readonly names: readonly Name[]
      readonly privileges: readonly string[]
      readonly from: readonly string[]
    }
  | {
      readonly kind: 'write'
      readonly does: 'insert' | 'update' | 'delete' | 'merge' | 'copy'
      readonly table: Name
      /** Without WHERE. */
      readonly whole: boolean
      /** Columns that WHERE compares with constants, all of which have to hold. */
      readonly equals: readonly string[]
      /** LIMIT bounds what it touches. */
      readonly limited: boolean
      readonly values: boolean
    }
  /** Rows are read, as many as there are. */
  | { readonly kind: 'read'; readonly tables: readonly Name[] }
  | { readonly kind: 'truncate'; readonly table: Name; readonly cascade: boolean }
  | { readonly kind: 'lock'; readonly table: Name; readonly mode: string }
  | { readonly kind: 'vacuum'; readonly full: boolean; readonly table: Name | undefined }
  | { readonly kind: 'cluster'; readonly table: Name | undefined }
  | {
      readonly kind: 'set'
      readonly setting: string
      readonly value: string | undefined
      readonly local: boolean
    }
  | { readonly kind: 'transaction'; readonly does: 'begin' | 'commit' | 'roll back' | 'savepoint' }
  | { readonly kind: 'create'; readonly object: ObjectKind; readonly name: Name }
  /** Known to be without danger: a comment, a query, statistics. */
  | { readonly kind: 'harmless' }
  /** What cannot be known by reading. */
  | { readonly kind: 'unjudged'; readonly why: string }
