// Functions of PostgreSQL that migrations call; each does nothing to another session but what its name says.
// https://www.postgresql.org/docs/current/functions.html
const known = new Set(
  `abs age array_agg array_append array_length array_position array_remove array_to_json array_to_string avg
  bool_and bool_or btrim ceil ceiling char_length clock_timestamp concat concat_ws convert_from convert_to count
  current_database current_schema current_setting currval date_part date_trunc decode dense_rank digest encode
  extract first_value floor format format_type gen_random_bytes gen_random_uuid generate_series generate_subscripts
  greatest has_column_privilege has_schema_privilege has_table_privilege hashtext initcap int4range int8range
  json_agg json_array_elements json_array_length json_build_array json_build_object json_each json_each_text
  json_object json_object_agg jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length
  jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
  jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_query jsonb_pretty jsonb_set
  jsonb_strip_nulls jsonb_typeof json_typeof lag last_value lastval lead least left length localtimestamp lower lpad
  ltrim make_date make_interval make_timestamptz max md5 min mod nextval now ntile nullif num_nonnulls num_nulls
  numrange obj_description octet_length overlay percentile_cont percentile_disc position power quote_ident
  quote_literal quote_nullable random range_agg rank regexp_match regexp_matches regexp_replace regexp_split_to_array
  regexp_split_to_table repeat replace reverse right round row_number row_to_json rpad rtrim session_user set_config
  setval setweight sha256 sign split_part sqrt starts_with statement_timestamp string_agg string_to_array
  string_to_table strpos substr substring sum timezone to_char to_date to_json to_jsonb to_number to_regclass
  to_regtype to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim trunc tsrange tstzrange txid_current
  unnest upper uuid_generate_v1 uuid_generate_v4 uuidv4 uuidv7 version width_bucket xpath`.split(/\s+/),
)

/** Whether a function is one of PostgreSQL's that cannot change the schema, by its parts `pg_catalog`, `lower`. */
export function isKnownFunction(parts: readonly string[]): boolean {
  const name = parts.at(-1) ?? ''
  if (parts.length > 1 && parts[0] !== 'pg_catalog')
    return name === 'gen_random_uuid' || name.startsWith('uuid_generate')
  return known.has(name) || (name.startsWith('pg_') && name !== 'pg_terminate_backend') || parts.length > 1
}
