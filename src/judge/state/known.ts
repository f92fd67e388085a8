import type { CatalogTable } from '../../core/catalog.js'
import type { Comparison } from '../bounds.js'
import type { Constraint, Name, Storage } from '../change.js'

/** A table as far as it is known at one point of the plan. */
export interface TableState {
  readonly name: Name
  /** Made by this plan: running code does not know it. */
  readonly isNew: boolean
  /** Files before this one put rows into it, so that work on it takes time. */
  readonly isFilled: boolean
  /** What the catalog says of it, for one that was there before. */
  readonly catalog: CatalogTable | undefined
  readonly column: (name: string) => ColumnState | undefined
  /** Constraints that are known by name. */
  readonly constraint: (name: string) => ConstraintState | undefined
  /** A validated CHECK or NOT NULL proves that the column holds no NULL. */
  readonly provesNotNull: (column: string) => boolean
  /** A constraint, validated or not, keeps new NULLs out of the column. */
  readonly rejectsNull: (column: string) => boolean
  readonly constraints: () => readonly ConstraintState[]
  readonly indexes: () => readonly IndexState[]
  /** Known to have partitions; false: not known to have any. */
  readonly isPartitioned: boolean
  readonly isMaterialized: boolean
  /** Row-level security is on; undefined: not known. */
  readonly rowSecurity: boolean | undefined
  /** Undefined: not known. */
  readonly storage: Storage | undefined
  /** Roles to which somebody has granted something of it; undefined: nothing is known of that. */
  readonly grantedTo: readonly string[] | undefined
  /** Columns of a view in their order; empty: not known, or no view. */
  readonly viewColumns: () => readonly string[]
}

export interface ColumnState {
  readonly name: string
  readonly isNew: boolean
  /** All of its definition is known, so what is not said of it is not so. */
  readonly isWhole: boolean
  /** As `pg_type` names it; undefined: not known. */
  readonly type: string | undefined
  readonly modifiers: readonly number[]
  readonly notNull: boolean
  readonly hasDefault: boolean
  /** Each row gets a value of its own where none is given: a UUID, the next of a sequence. */
  readonly distinctDefault: boolean
  /** Undefined for a plain column, and for one of which it is not known. */
  readonly generated: 'stored' | 'virtual' | undefined
}

export interface ConstraintState {
  readonly name: string
  readonly type: Constraint['type'] | 'trigger'
  readonly columns: readonly string[]
  readonly valid: boolean
  /** New rows are checked against it. */
  readonly enforced: boolean
  readonly provesNotNull: readonly string[]
  /** What a CHECK says; undefined: not known. */
  readonly comparisons: readonly Comparison[] | undefined
  /** Where a foreign key points. */
  readonly references: Name | undefined
  readonly isNew: boolean
}

export interface IndexState {
  readonly name: string
  readonly unique: boolean
  /** Plain columns, in their order; an expression is none. */
  readonly columns: readonly string[]
  /** All columns that an index with an expression or a WHERE has to do with; none of a plain one. */
  readonly reads: readonly string[]
  readonly partial: boolean
  readonly constraint: string | undefined
  readonly isNew: boolean
}

/** A table while the plan is read: what the statements change. */
export interface Entry {
  name: Name
  isNew: boolean
  isFilled: boolean
  /** This file puts rows into it: until its COMMIT nobody else sees a table that it makes too. */
  isFilling: boolean
  catalog: CatalogTable | undefined
  columns: Map<string, ColumnState>
  constraints: Map<string, ConstraintState>
  indexes: Map<string, IndexState>
  isPartitioned: boolean
  isMaterialized: boolean
  rowSecurity: boolean | undefined
  storage: Storage | undefined
  grantedTo: readonly string[] | undefined
  viewColumns: readonly string[]
}
