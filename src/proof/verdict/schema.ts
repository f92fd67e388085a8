/** What a schema demands of whoever writes and lets whoever reads see; names of tables are `schema.name`. */
export interface Schema {
  /** Schemas in the order in which the running code's bare names are looked up. */
  readonly path: readonly string[]
  readonly tables: ReadonlyMap<string, Table>
  /** Labels of enums by type, `public.mood`. */
  readonly enums: ReadonlyMap<string, readonly string[]>
}

/** A table, or a view, with what it demands. */
export interface Table {
  readonly name: string
  readonly oid: number
  readonly view: boolean
  /** For a view: what it is made of, if that is one table only. */
  readonly over: string | undefined
  /** For a view: its query. */
  readonly definition: string | undefined
  readonly columns: readonly Column[]
  readonly checks: readonly Check[]
  readonly uniques: readonly Unique[]
  readonly exclusions: readonly Unique[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly triggers: readonly Trigger[]
  readonly rowSecurity: boolean
  /** The owner is held to it too. */
  readonly rowSecurityForced: boolean
  readonly policies: readonly string[]
  /** Names of its partitions. */
  readonly partitions: readonly string[]
  /** `app_reader:SELECT`, of roles other than the owner. */
  readonly grants: readonly string[]
}

export interface Column {
  readonly name: string
  readonly number: number
  /** With its modifiers: `character varying(20)`. */
  readonly type: string
  readonly notNull: boolean
  /** The expression that fills it when a write does not. */
  readonly fills: string | undefined
  /** An identity or a generated column: it is filled by itself. */
  readonly filled: boolean
  /** How it is generated. */
  readonly generated: string | undefined
}

export interface Check {
  readonly name: string
  /** Without NOT VALID, so that a validation changes nothing. */
  readonly expression: string
  readonly columns: readonly string[]
  readonly valid: boolean
}

export interface Unique {
  readonly name: string
  /** The index without its name. */
  readonly definition: string
  /** Of its keys and of its predicate; undefined: it has expressions. */
  readonly columns: readonly string[] | undefined
  readonly partial: boolean
}

export interface ForeignKey {
  readonly name: string
  readonly definition: string
  readonly columns: readonly string[]
  readonly references: string
  readonly referenced: readonly string[]
  /** The parent may not go as long as there is a child. */
  readonly holdsDelete: boolean
  readonly holdsUpdate: boolean
}

export interface Trigger {
  readonly name: string
  /** With a digest of its function, which may change without it. */
  readonly definition: string
  readonly events: readonly ('insert' | 'update' | 'delete')[]
  /** It runs before the row is stored and may fill columns. */
  readonly before: boolean
  /** Of UPDATE OF; none: any. */
  readonly columns: readonly string[]
}

/** The table that a name in a query means. */
export function lookUp(
  { path, tables }: Schema,
  name: { readonly schema: string | undefined; readonly name: string },
): Table | undefined {
  if (name.schema !== undefined) return tables.get(`${name.schema}.${name.name}`)
  for (const schema of path) {
    const found = tables.get(`${schema}.${name.name}`)
    if (found !== undefined) return found
  }
  return undefined
}
