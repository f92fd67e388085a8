/** What the database says of itself, read before the judging; everything in it is data. */
export interface Catalog {
  /** As `server_version_num` has it: 150004. */
  readonly serverVersion: number
  /** Schemas in the order in which a bare name is looked up. */
  readonly searchPath: readonly string[]
  /** The server's TimeZone is UTC, in which timestamp and timestamptz are the same bytes. */
  readonly utc: boolean
  readonly tables: readonly CatalogTable[]
  /** Functions and procedures, each as the statement that makes it. */
  readonly functions?: readonly string[]
}

/** A table, partitioned table, view or materialized view. */
export interface CatalogTable {
  readonly schema: string
  readonly name: string
  readonly kind: 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table'
  /** With its indexes and its TOAST table. */
  readonly sizeBytes: number
  /** PostgreSQL's estimate. */
  readonly rows: number
  readonly columns: readonly CatalogColumn[]
  readonly constraints: readonly CatalogConstraint[]
  readonly indexes: readonly CatalogIndex[]
  /** The partitioned table that it is a part of, `schema.name`. */
  readonly partitionOf: string | undefined
  /** Views and functions that would have to go with it, `schema.name`. */
  readonly dependents: readonly string[]
  readonly rowSecurity: boolean
  /** How and where its rows are kept; undefined: it has none of its own. */
  readonly storage?: { readonly logged: boolean; readonly tablespace: string; readonly accessMethod: string }
  /** Roles other than the owner that may use it. */
  readonly grantedTo: readonly string[]
  /** Statements on it per second since the statistics began; undefined: not known. */
  readonly usesPerSecond: number | undefined
}

export interface CatalogColumn {
  readonly name: string
  /** As `pg_type` has it: `varchar`, `numeric`, `int8`; `_int4` for an array. */
  readonly type: string
  /** As they are written: [10, 2]; none for no limit. */
  readonly modifiers: readonly number[]
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly identity: 'always' | 'by default' | undefined
  readonly generated: boolean
}

export interface CatalogConstraint {
  readonly name: string
  readonly type: 'check' | 'foreign key' | 'unique' | 'primary key' | 'exclude' | 'not null' | 'trigger'
  readonly columns: readonly string[]
  readonly valid: boolean
  /** Columns that it proves to be not null, for a CHECK. */
  readonly provesNotNull: readonly string[]
  /** The table that a foreign key points to, `schema.name`. */
  readonly references: string | undefined
}

export interface CatalogIndex {
  readonly name: string
  readonly unique: boolean
  readonly valid: boolean
  readonly partial: boolean
  readonly columns: readonly string[]
  /** All columns that an index with an expression or a WHERE has to do with; none of a plain one. */
  readonly reads: readonly string[]
  /** The constraint that it stands behind. */
  readonly constraint: string | undefined
}
