import type { Catalog, CatalogColumn, CatalogConstraint, CatalogTable } from '../core/catalog.js'
import { literal } from './identifiers.js'
import type { Session } from './session.js'

/** What stands in a plan: names without their schemas, of tables, views and indexes. */
export type Mentioned = readonly string[]

/**
 * What the database says of the tables that a plan is about: those with these names, those that an index with such
 * a name belongs to, and those that a foreign key or partitioning ties to them. One query, which takes no lock but
 * those of reading the catalog. https://www.postgresql.org/docs/current/catalogs.html
 */
export async function readCatalog(session: Session, mentioned: Mentioned): Promise<Catalog> {
  const names = `ARRAY[${mentioned.map((name) => literal(name)).join(', ')}]::text[]`
  const row =
    (await ask(session, catalogQuery(names, exactSize))) ??
    (await ask(session, catalogQuery(names, estimatedSize)))
  if (row === undefined) throw new Error('the catalog gave no answer')
  return {
    serverVersion: row.serverVersion,
    searchPath: row.searchPath,
    utc: /^(?:Etc\/)?(?:UTC|GMT|UCT|Zulu|Universal|Greenwich)$/i.test(row.timeZone),
    tables: row.tables.map(tableOf),
    functions: row.functions,
  }
}

/** The answer; undefined where a table is locked just now, and this is not worth waiting for it. */
async function ask(session: Session, query: string): Promise<Row | undefined> {
  try {
    const results = await session.queries(
      `BEGIN READ ONLY; SET LOCAL lock_timeout = '500ms'; SET LOCAL jit = off; ${query}; COMMIT`,
    )
    return results[3]?.rows[0] as Row | undefined
  } catch (error) {
    await session.query('ROLLBACK')
    if (error instanceof Error && 'code' in error && error.code === '55P03') return undefined
    throw error
  }
}

// Asking for a size takes a lock that waits behind ACCESS EXCLUSIVE; the pages that the last VACUUM counted do not.
// https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-DBSIZE
const exactSize = 'pg_total_relation_size(c.oid)'
const estimatedSize = `(SELECT sum(greatest(r.relpages, 0))::bigint * current_setting('block_size')::bigint FROM pg_class r
          WHERE r.oid IN (c.oid, c.reltoastrelid) OR r.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = c.oid))`

interface Row {
  readonly serverVersion: number
  readonly searchPath: string[]
  readonly timeZone: string
  readonly tables: readonly RawTable[]
  readonly functions: readonly string[]
}

interface RawTable extends Omit<
  CatalogTable,
  'columns' | 'constraints' | 'kind' | 'usesPerSecond' | 'storage'
> {
  readonly storage: CatalogTable['storage'] | null
  readonly kind: string
  readonly usesPerSecond: number | null
  readonly columns: readonly (Omit<CatalogColumn, 'modifiers' | 'identity'> & {
    readonly shown: string
    readonly identity: string
  })[]
  readonly constraints: readonly (Omit<CatalogConstraint, 'type' | 'provesNotNull'> & {
    readonly type: string
    readonly expression: string | null
  })[]
}

const kinds: Readonly<Record<string, CatalogTable['kind']>> = {
  r: 'table',
  p: 'partitioned table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
}

const constraintTypes: Readonly<Record<string, CatalogConstraint['type']>> = {
  c: 'check',
  f: 'foreign key',
  u: 'unique',
  p: 'primary key',
  x: 'exclude',
  n: 'not null',
  t: 'trigger',
}

function tableOf({ storage, ...raw }: RawTable): CatalogTable {
  return {
    ...raw,
    ...(storage === null || storage === undefined ? {} : { storage }),
    partitionOf: raw.partitionOf ?? undefined,
    usesPerSecond: raw.usesPerSecond ?? undefined,
    kind: kinds[raw.kind] ?? 'table',
    columns: raw.columns.map(({ shown, identity, ...column }) => ({
      ...column,
      // `numeric(10,2)`, `timestamp(3) with time zone`
      modifiers: /\(([\d,]+)\)/.exec(shown)?.[1]?.split(',').map(Number) ?? [],
      identity: identity === 'a' ? 'always' : identity === 'd' ? 'by default' : undefined,
    })),
    constraints: raw.constraints.map(({ expression, type, ...constraint }) => ({
      ...constraint,
      references: constraint.references ?? undefined,
      type: constraintTypes[type] ?? 'check',
      provesNotNull: type === 'n' ? constraint.columns : provenNotNull(expression ?? ''),
    })),
    indexes: raw.indexes.map((index) => ({ ...index, constraint: index.constraint ?? undefined })),
  }
}

/** Columns of `(a IS NOT NULL)`, alone or joined by AND, as PostgreSQL writes a CHECK out. */
function provenNotNull(expression: string): string[] {
  const parts = expression.replaceAll(/^\(+|\)+$/g, '').split(/\)? AND \(?/)
  const names = parts.map((part) => /^("(?:[^"]|"")+"|[a-z_][\w$]*) IS NOT NULL$/.exec(part)?.[1])
  return names.every((name) => name !== undefined)
    ? names.map((name) => name.replaceAll(/^"|"$/g, '').replaceAll('""', '"'))
    : []
}

const nameOfRelation = (oid: string) =>
  `(SELECT rn.nspname || '.' || rc.relname FROM pg_class rc JOIN pg_namespace rn ON rn.oid = rc.relnamespace WHERE rc.oid = ${oid})`

// Rows come as JSON: one round trip, whatever the plan is about.
const catalogQuery = (names: string, size: string) => `
WITH named AS (
  SELECT c.oid FROM pg_class c WHERE c.relname = ANY (${names}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  UNION
  SELECT i.indrelid FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relname = ANY (${names})
), wanted AS (
  SELECT oid FROM named
  UNION SELECT confrelid FROM pg_constraint WHERE conrelid IN (SELECT oid FROM named) AND contype = 'f'
  UNION SELECT conrelid FROM pg_constraint WHERE confrelid IN (SELECT oid FROM named) AND contype = 'f'
  UNION SELECT inhparent FROM pg_inherits WHERE inhrelid IN (SELECT oid FROM named)
  UNION SELECT inhrelid FROM pg_inherits WHERE inhparent IN (SELECT oid FROM named)
)
SELECT current_setting('server_version_num')::int AS "serverVersion",
  to_json(current_schemas(false)) AS "searchPath",
  current_setting('TimeZone') AS "timeZone",
  coalesce((SELECT json_agg(t) FROM (
    SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind,
      CASE WHEN c.relkind IN ('r', 'm') THEN ${size}
        WHEN c.relkind = 'p' THEN coalesce((SELECT sum(greatest(q.relpages, 0)) FROM pg_partition_tree(c.oid) t
          JOIN pg_class q ON q.oid = t.relid), 0) * current_setting('block_size')::bigint
        ELSE 0 END::float8 AS "sizeBytes",
      greatest(c.reltuples, 0)::float8 AS rows,
      ${nameOfRelation('(SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid LIMIT 1)')} AS "partitionOf",
      c.relrowsecurity AS "rowSecurity",
      CASE WHEN c.relkind IN ('r', 'm') THEN json_build_object('logged', c.relpersistence <> 'u',
        'tablespace', coalesce((SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace), 'pg_default'),
        'accessMethod', (SELECT amname FROM pg_am m WHERE m.oid = c.relam)) END AS storage,
      ARRAY(SELECT DISTINCT vn.nspname || '.' || v.relname FROM pg_depend d
        JOIN pg_rewrite w ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
        JOIN pg_class v ON v.oid = w.ev_class AND v.oid <> c.oid JOIN pg_namespace vn ON vn.oid = v.relnamespace
        WHERE d.refobjid = c.oid AND d.refclassid = 'pg_class'::regclass ORDER BY 1) AS dependents,
      ARRAY(SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END
        FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner ORDER BY 1) AS "grantedTo",
      (SELECT (coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0) + s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::float8
          / greatest(1, extract(epoch FROM clock_timestamp() - coalesce(b.stats_reset, pg_postmaster_start_time())))::float8
        FROM pg_stat_all_tables s, pg_stat_database b
        WHERE s.relid = c.oid AND b.datname = current_database()) AS "usesPerSecond",
      coalesce((SELECT json_agg(json_build_object(
          'name', a.attname, 'type', y.typname, 'shown', format_type(a.atttypid, a.atttypmod),
          'notNull', a.attnotnull, 'hasDefault', a.atthasdef AND a.attgenerated = '',
          'identity', a.attidentity, 'generated', a.attgenerated <> '') ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns,
      coalesce((SELECT json_agg(json_build_object(
          'name', k.conname, 'type', k.contype, 'valid', k.convalidated,
          'columns', ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY u(num, at)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num ORDER BY u.at),
          'references', ${nameOfRelation('nullif(k.confrelid, 0)')},
          'expression', pg_get_expr(k.conbin, k.conrelid)))
        FROM pg_constraint k WHERE k.conrelid = c.oid), '[]') AS constraints,
      coalesce((SELECT json_agg(json_build_object(
          'name', x.relname, 'unique', i.indisunique, 'valid', i.indisvalid, 'partial', i.indpred IS NOT NULL,
          'columns', ARRAY(SELECT a.attname FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(num, at)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num ORDER BY u.at),
          'reads', ARRAY(SELECT DISTINCT a.attname FROM pg_depend d
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = c.oid
              AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) ORDER BY 1),
          'constraint', (SELECT k.conname FROM pg_constraint k
            WHERE k.conindid = i.indexrelid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x') LIMIT 1)))
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid), '[]') AS indexes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid IN (SELECT oid FROM wanted) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname !~ '^pg_(?:catalog|toast|temp)' AND n.nspname <> 'information_schema'
  ) t), '[]') AS tables,
  coalesce((SELECT json_agg(pg_get_functiondef(p.oid) ORDER BY p.oid) FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE p.proname = ANY (${names}) AND p.prokind IN ('f', 'p') AND l.lanname NOT IN ('c', 'internal')
      AND n.nspname !~ '^(?:pg_|information_schema)'), '[]') AS functions`
