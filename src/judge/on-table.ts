import type { Bound } from './bounds.js'
import type { Name, ColumnType, Expression, Column, Constraint, Storage } from './parts.js'

/** The parts of ALTER TABLE. */
export type OnTable =
  | {
      readonly kind: 'add column'
      readonly table: Name
      readonly column: Column
      readonly ifNotExists: boolean
    }
  | {
      readonly kind: 'drop column'
      readonly table: Name
      readonly column: string
      readonly cascade: boolean
      readonly ifExists: boolean
    }
  | {
      readonly kind: 'alter type'
      readonly table: Name
      readonly column: string
      readonly type: ColumnType
      readonly using: Expression | undefined
      /** USING does more than cast the column to its new type. */
      readonly converts: boolean
      readonly collation: boolean
    }
  | {
      readonly kind: 'set not null' | 'drop not null' | 'drop default' | 'drop expression' | 'drop identity'
      readonly table: Name
      readonly column: string
    }
  | {
      readonly kind: 'set default'
      readonly table: Name
      readonly column: string
      readonly default: Expression
    }
  | {
      readonly kind: 'add identity' | 'set identity'
      readonly table: Name
      readonly column: string
      readonly identity: 'always' | 'by default' | undefined
    }
  | { readonly kind: 'set expression'; readonly table: Name; readonly column: string }
  | { readonly kind: 'add constraint'; readonly table: Name; readonly constraint: Constraint }
  | {
      readonly kind: 'alter constraint'
      readonly table: Name
      readonly constraint: string
      /** ENFORCED or NOT ENFORCED (18 and later); undefined: it says nothing of that. */
      readonly enforced: boolean | undefined
    }
  | {
      readonly kind: 'drop constraint'
      readonly table: Name
      readonly constraint: string
      readonly cascade: boolean
      readonly ifExists: boolean
    }
  | { readonly kind: 'validate constraint'; readonly table: Name; readonly constraint: string }
  | {
      readonly kind: 'attach partition'
      readonly table: Name
      readonly partition: Name
      readonly bound: Bound | undefined
    }
  | {
      readonly kind: 'detach partition'
      readonly table: Name
      readonly partition: Name
      readonly concurrently: boolean
    }
  | {
      readonly kind: 'row security'
      readonly table: Name
      readonly does: 'enable' | 'disable' | 'force' | 'no force'
    }
  | {
      readonly kind: 'triggers'
      readonly table: Name
      readonly does: 'enable' | 'disable'
      readonly trigger: string | undefined
    }
  /** SET LOGGED, SET TABLESPACE, SET ACCESS METHOD: the table is written anew. */
  | {
      readonly kind: 'rewrite'
      readonly table: Name
      readonly does: string
      readonly to: Partial<Storage>
    }
  /** OWNER, REPLICA IDENTITY, INHERIT and the like: catalog work under a short lock. */
  | { readonly kind: 'table setting'; readonly table: Name; readonly does: string }
