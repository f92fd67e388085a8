import type { Node } from '../../judge/sql/grammar.js'

export interface TableName {
  readonly schema: string | undefined
  readonly name: string
}

/** What is written into a column: SQL where the query itself says it, else only known when it runs. */
export type Written = { readonly sql: string } | 'default' | 'unknown'

/** One row, or every row of a kind, that a query writes; columns that it does not name are not in it. */
export interface Write {
  readonly does: 'insert' | 'update' | 'delete'
  readonly table: TableName
  /** By column; undefined: which columns is not known, such as for INSERT ... SELECT *. */
  readonly columns: ReadonlyMap<string, Written> | undefined
  /** INSERT without a list of columns: values for the first so many. */
  readonly first?: readonly Written[]
  /** ON CONFLICT DO NOTHING without a target takes any conflict. */
  readonly takesConflicts: boolean
}

/** What a query reads and writes. */
export interface Uses {
  readonly writes: readonly Write[]
  /** Every table that it names, those that it writes among them. */
  readonly tables: readonly TableName[]
  /** The tables on both sides of each NATURAL JOIN. */
  readonly natural: readonly { readonly left: readonly TableName[]; readonly right: readonly TableName[] }[]
}

/** Reads off a query what it does, CTEs and subqueries included. */
export function usesOf(node: Node | undefined): Uses {
  const writes: Write[] = []
  const natural: { left: TableName[]; right: TableName[] }[] = []
  visit(node, (kind, value) => {
    if (kind === 'InsertStmt') writes.push(...inserts(value))
    if (kind === 'UpdateStmt') writes.push(update(value, value['relation'], value['targetList']))
    if (kind === 'DeleteStmt') writes.push({ ...nothing, does: 'delete', table: nameOf(value['relation']) })
    if (kind === 'MergeStmt') writes.push(...merges(value))
    if (kind === 'JoinExpr' && value['isNatural'] === true) {
      natural.push({ left: tablesIn(value['larg']), right: tablesIn(value['rarg']) })
    }
  })
  const defined = new Set<string>()
  visit(node, (kind, value) => {
    if (kind === 'CommonTableExpr') defined.add(String(value['ctename']))
  })
  const tables = tablesIn(node).filter(({ schema, name }) => schema !== undefined || !defined.has(name))
  return { writes, tables, natural }
}

type Fields = Readonly<Record<string, unknown>>

const nothing = { columns: new Map<string, Written>(), takesConflicts: false }

/** Calls for every node; a relation stands in its statement without the name of its kind. */
function visit(value: unknown, call: (kind: string, value: Fields) => void): void {
  if (Array.isArray(value)) {
    for (const entry of value) visit(entry, call)
    return
  }
  if (!isFields(value)) return
  for (const [key, inside] of Object.entries(value)) {
    if (isFields(inside)) call(key === 'relation' ? 'RangeVar' : key, inside)
    visit(inside, call)
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})

const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : [])

function tablesIn(node: unknown): TableName[] {
  const found: TableName[] = []
  visit({ node }, (kind, value) => {
    if (kind === 'RangeVar') found.push(nameOf(value))
  })
  return found
}

function nameOf(relation: unknown): TableName {
  const { schemaname, relname } = fieldsOf(relation)
  return { schema: typeof schemaname === 'string' ? schemaname : undefined, name: String(relname) }
}

function inserts(statement: Fields): Write[] {
  const table = nameOf(statement['relation'])
  const named = listOf(statement['cols']).map((column) => String(fieldsOf(column['ResTarget'])['name']))
  const conflict = fieldsOf(statement['onConflictClause'])
  const takesConflicts = conflict['action'] === 'ONCONFLICT_NOTHING' && conflict['infer'] === undefined
  const insert = { does: 'insert' as const, table, takesConflicts }
  const rows = rowsOf(fieldsOf(fieldsOf(statement['selectStmt'])['SelectStmt']))
  const written = rows.map((values): Write => {
    if (named.length > 0) {
      return { ...insert, columns: new Map(named.map((name, at) => [name, values?.[at] ?? 'unknown'])) }
    }
    return values === undefined
      ? { ...insert, columns: undefined }
      : { ...insert, columns: new Map(), first: values }
  })
  const updates =
    conflict['action'] === 'ONCONFLICT_UPDATE'
      ? [update(statement, statement['relation'], conflict['targetList'])]
      : []
  return [...written, ...updates]
}

/** The rows that are written; a row of undefined: its values are not known one by one. */
function rowsOf(select: Fields): (readonly Written[] | undefined)[] {
  const values = listOf(select['valuesLists'])
  if (values.length > 0) return values.map((row) => listOf(fieldsOf(row['List'])['items']).map(writtenOf))
  const targets = listOf(select['targetList']).map((target) => fieldsOf(fieldsOf(target['ResTarget'])['val']))
  // DEFAULT VALUES is an INSERT without a query.
  if (targets.length === 0 && select['op'] === undefined) return [[]]
  const star = targets.some((value) =>
    listOf(fieldsOf(value['ColumnRef'])['fields']).some((field) => 'A_Star' in field),
  )
  return [star || targets.length === 0 ? undefined : targets.map(writtenOf)]
}

function update(_: Fields, relation: unknown, targets: unknown): Write {
  const columns = listOf(targets).map((target): [string, Written] => {
    const { name, val } = fieldsOf(target['ResTarget'])
    return [String(name), writtenOf(fieldsOf(val))]
  })
  return { does: 'update', table: nameOf(relation), columns: new Map(columns), takesConflicts: false }
}

function merges(statement: Fields): Write[] {
  const table = nameOf(statement['relation'])
  return listOf(statement['mergeWhenClauses']).flatMap((clause): Write[] => {
    const when = fieldsOf(clause['MergeWhenClause'])
    const names = listOf(when['targetList']).map((target) => String(fieldsOf(target['ResTarget'])['name']))
    switch (when['commandType']) {
      case 'CMD_INSERT': {
        const values = listOf(when['values']).map(writtenOf)
        return [
          names.length > 0
            ? {
                does: 'insert',
                table,
                takesConflicts: false,
                columns: new Map(names.map((name, at) => [name, values[at] ?? 'unknown'])),
              }
            : { ...nothing, does: 'insert', table, first: values },
        ]
      }
      case 'CMD_UPDATE':
        return [update(when, statement['relation'], when['targetList'])]
      case 'CMD_DELETE':
        return [{ ...nothing, does: 'delete', table }]
      default:
        return []
    }
  })
}

function writtenOf(value: Fields): Written {
  if ('SetToDefault' in value) return 'default'
  const cast = fieldsOf(value['TypeCast'])
  const constant = fieldsOf('A_Const' in value ? value['A_Const'] : fieldsOf(cast['arg'])['A_Const'])
  if (constant['isnull'] === true) return { sql: 'NULL' }
  const text = fieldsOf(constant['sval'])['sval']
  if (typeof text === 'string') return { sql: `'${text.replaceAll("'", "''")}'` }
  if ('sval' in constant) return { sql: "''" }
  const number = fieldsOf(constant['ival'])['ival'] ?? fieldsOf(constant['fval'])['fval']
  if (typeof number === 'number' || typeof number === 'string') return { sql: String(number) }
  // The grammar leaves zero out.
  if ('ival' in constant) return { sql: '0' }
  if ('boolval' in constant) return { sql: String(fieldsOf(constant['boolval'])['boolval'] === true) }
  return 'unknown'
}
