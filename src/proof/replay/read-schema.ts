import type { Session } from '../../postgres/session.js'
import type { Schema, Table } from '../verdict/schema.js'

interface Row {
  readonly path: readonly string[]
  readonly tables: readonly RawTable[] | null
  readonly enums: readonly { readonly name: string; readonly labels: readonly string[] }[] | null
}

type RawTable = {
  readonly [Key in keyof Table]: Table[Key] extends readonly unknown[] ? Table[Key] | null : Table[Key] | null
}

/**
 * Reads what the schema demands, in one query on the catalog. The session's search path is that of the running code.
 * https://www.postgresql.org/docs/current/catalogs.html
 */
export async function readSchema(session: Session): Promise<Schema> {
  const { rows } = await session.query<Row>(question)
  const [row] = rows
  return {
    path: row?.path ?? [],
    tables: new Map((row?.tables ?? []).map((raw) => [raw.name ?? '', tableOf(raw)])),
    enums: new Map((row?.enums ?? []).map(({ name, labels }) => [name, labels])),
  }
}

function tableOf(raw: RawTable): Table {
  const { columns, checks, uniques, exclusions, foreignKeys, triggers, policies, partitions, grants } = raw
  return {
    name: raw.name ?? '',
    oid: raw.oid ?? 0,
    view: raw.view ?? false,
    over: raw.over ?? undefined,
    definition: raw.definition ?? undefined,
    columns: (columns ?? []).map((column) => ({
      ...column,
      fills: column.fills ?? undefined,
      generated: column.generated ?? undefined,
    })),
    checks: checks ?? [],
    uniques: (uniques ?? []).map((one) => ({ ...one, columns: one.columns ?? undefined })),
    exclusions: (exclusions ?? []).map((one) => ({ ...one, columns: one.columns ?? undefined })),
    foreignKeys: foreignKeys ?? [],
    triggers: triggers ?? [],
    rowSecurity: raw.rowSecurity ?? false,
    rowSecurityForced: raw.rowSecurityForced ?? false,
    policies: policies ?? [],
    partitions: partitions ?? [],
    grants: grants ?? [],
  }
}

const columnsOf = (table: string, numbers: string) => `
  (SELECT coalesce(json_agg(ka.attname ORDER BY ka.attnum), '[]') FROM pg_attribute ka
    WHERE ka.attrelid = ${table} AND ka.attnum = ANY (${numbers}))`

// The columns of an index are those of its keys, and of its predicate, which pg_depend knows.
const indexes = (which: string) => `
  (SELECT json_agg(json_build_object('name', x.relname, 'partial', i.indpred IS NOT NULL,
      'definition', regexp_replace(pg_get_indexdef(x.oid), '^CREATE .* ON .* USING ', '') ||
        coalesce((SELECT ' ' || pg_get_constraintdef(k.oid) FROM pg_constraint k
          WHERE k.conindid = x.oid AND k.contype = 'x'), ''),
      'columns', CASE WHEN i.indexprs IS NULL THEN
        (SELECT coalesce(json_agg(DISTINCT ka.attname), '[]') FROM pg_attribute ka WHERE ka.attrelid = c.oid
          AND (ka.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) OR (i.indpred IS NOT NULL AND EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = x.oid
              AND d.refobjid = c.oid AND d.refobjsubid = ka.attnum)))) END))
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisready AND ${which})`

// Since 18 a constraint may be there and not hold. https://www.postgresql.org/docs/18/catalog-pg-constraint.html
const enforced = `coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)`

const question = `
SELECT to_json(current_schemas(false)) AS path,
  (SELECT json_agg(json_build_object('name', n.nspname || '.' || t.typname, 'labels',
      (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)))
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'e' AND t.oid >= 16384) AS enums,
  (SELECT json_agg(json_build_object(
    'name', n.nspname || '.' || c.relname,
    'oid', c.oid::int,
    'view', c.relkind IN ('v', 'm'),
    'over', (SELECT CASE WHEN count(*) = 1 THEN min(base) END FROM (
        SELECT DISTINCT bn.nspname || '.' || b.relname AS base FROM pg_rewrite w
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
          AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
        JOIN pg_class b ON b.oid = d.refobjid JOIN pg_namespace bn ON bn.oid = b.relnamespace
        WHERE w.ev_class = c.oid AND c.relkind = 'v') bases),
    'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
    'columns', (SELECT json_agg(json_build_object('name', a.attname, 'number', a.attnum,
        'type', format_type(a.atttypid, a.atttypmod),
        'notNull', a.attnotnull OR y.typnotnull,
        'fills', CASE WHEN a.attgenerated = '' THEN
          coalesce(pg_get_expr(f.adbin, f.adrelid), pg_get_expr(y.typdefaultbin, 0)) END,
        'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(f.adbin, f.adrelid) END,
        'filled', a.attgenerated <> '' OR a.attidentity <> '') ORDER BY a.attnum)
      FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
      LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'checks', (SELECT json_agg(k) FROM (
        SELECT k.conname AS name, k.convalidated AS valid, pg_get_expr(k.conbin, k.conrelid) AS expression,
          ${columnsOf('c.oid', 'k.conkey')} AS columns
        FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND ${enforced}
        UNION ALL
        SELECT k.conname, k.convalidated,
          regexp_replace(pg_get_expr(k.conbin, 0), '\\mVALUE\\M', quote_ident(a.attname), 'g'),
          json_build_array(a.attname)
        FROM pg_attribute a JOIN pg_constraint k ON k.contypid = a.atttypid AND k.contype = 'c'
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) k),
    'uniques', ${indexes('i.indisunique')},
    'exclusions', ${indexes('i.indisexclusion')},
    'foreignKeys', (SELECT json_agg(json_build_object('name', k.conname,
        'definition', concat_ws(' ', k.conkey, k.confrelid, k.confkey, k.confdeltype, k.confupdtype),
        'columns', ${columnsOf('c.oid', 'k.conkey')},
        'references', (SELECT rn.nspname || '.' || r.relname FROM pg_class r
          JOIN pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = k.confrelid),
        'referenced', ${columnsOf('k.confrelid', 'k.confkey')},
        'holdsDelete', k.confdeltype IN ('a', 'r'), 'holdsUpdate', k.confupdtype IN ('a', 'r')))
      FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0
        AND ${enforced}),
    'triggers', (SELECT json_agg(json_build_object('name', g.tgname,
        'definition', concat_ws(' ', g.tgname, g.tgtype, g.tgattr, p.oid, md5(p.prosrc),
          substring(pg_get_triggerdef(g.oid) FROM ' WHEN .*')),
        'before', g.tgtype & 2 = 2,
        'events', array_remove(ARRAY[CASE WHEN g.tgtype & 4 = 4 THEN 'insert' END,
          CASE WHEN g.tgtype & 8 = 8 THEN 'delete' END, CASE WHEN g.tgtype & 16 = 16 THEN 'update' END], NULL),
        'columns', ${columnsOf('c.oid', 'g.tgattr::int2[]')}))
      FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
      WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')),
    'rowSecurity', c.relrowsecurity,
    'rowSecurityForced', c.relforcerowsecurity,
    'policies', (SELECT json_agg(json_build_array(polname, polcmd, polpermissive, polroles::text,
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))::text ORDER BY polname)
      FROM pg_policy WHERE polrelid = c.oid),
    'partitions', (SELECT json_agg(pc.relname ORDER BY pc.relname) FROM pg_inherits pi
      JOIN pg_class pc ON pc.oid = pi.inhrelid WHERE pi.inhparent = c.oid AND c.relkind = 'p' AND pc.relispartition),
    'grants', (SELECT json_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END
        || ':' || a.privilege_type)
      FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner)
  ))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_(?:catalog|toast|temp)'
    AND n.nspname <> 'information_schema') AS tables`
