/**
 * A text as pg_stat_statements has it, made such that it can be prepared: where a literal had its type in front of it
 * (`interval '1 day'`), the parameter in its place cannot, and gets it behind (`$1::interval`); the field that EXTRACT
 * takes out cannot be a parameter at all, and any will do, since the result has the same type.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-CONSTANTS-GENERIC
 */
export function preparable(text: string): string {
  return text
    .replaceAll(typeInFront, (_, type: string, parameter: string) => `${parameter}::${type}`)
    .replaceAll(/\bextract\s*\(\s*\$\d+\s+from\b/gi, 'extract(epoch from')
}

const types = [
  'interval|date|time|timetz|timestamp|timestamptz',
  String.raw`time(?:stamp)?\s+with(?:out)?\s+time\s+zone`,
  String.raw`numeric|decimal|float4|float8|double\s+precision|real|int2|int4|int8|integer|bigint|smallint`,
  'bool|boolean|text|varchar|json|jsonb|uuid|bytea|inet|cidr|point|box',
]

const typeInFront = new RegExp(String.raw`\b(${types.join('|')})\s+(\$\d+)`, 'gi')
