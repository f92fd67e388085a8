/** What a value of a type is when `pg` hands it over; in words that stand after "a" or "an". */
export type Kind =
  | 'boolean'
  | 'number'
  | 'string'
  | 'Date'
  | 'Buffer'
  | 'parsed JSON'
  | 'object'
  | `array of ${string}`

const kinds: Readonly<Record<string, Kind>> = {
  boolean: 'boolean',
  smallint: 'number',
  integer: 'number',
  oid: 'number',
  real: 'number',
  'double precision': 'number',
  date: 'Date',
  'timestamp without time zone': 'Date',
  'timestamp with time zone': 'Date',
  bytea: 'Buffer',
  json: 'parsed JSON',
  jsonb: 'parsed JSON',
  interval: 'object',
  point: 'object',
  circle: 'object',
}

// Arrays that `pg` takes apart; one of any other type stays a string such as {a,b}.
const arrays: Readonly<Record<string, Kind>> = {
  'boolean[]': 'array of booleans',
  'smallint[]': 'array of numbers',
  'integer[]': 'array of numbers',
  'oid[]': 'array of numbers',
  'real[]': 'array of numbers',
  'double precision[]': 'array of numbers',
  // As the parser has it, although a single numeric is a string.
  'numeric[]': 'array of numbers',
  'bigint[]': 'array of strings',
  'text[]': 'array of strings',
  'character varying[]': 'array of strings',
  'character[]': 'array of strings',
  'uuid[]': 'array of strings',
  'inet[]': 'array of strings',
  'cidr[]': 'array of strings',
  'macaddr[]': 'array of strings',
  'regproc[]': 'array of strings',
  'money[]': 'array of strings',
  'time without time zone[]': 'array of strings',
  'time with time zone[]': 'array of strings',
  'numrange[]': 'array of strings',
  'bytea[]': 'array of Buffers',
  'date[]': 'array of Dates',
  'timestamp without time zone[]': 'array of Dates',
  'timestamp with time zone[]': 'array of Dates',
  'json[]': 'array of parsed JSON',
  'jsonb[]': 'array of parsed JSON',
  'interval[]': 'array of objects',
  'point[]': 'array of objects',
}

/**
 * What JavaScript gets for a type from `pg` with the parsers that it comes with; the types are written as
 * `format_type` writes them. https://github.com/brianc/node-pg-types
 */
export const kindOf = (type: string): Kind => kinds[type] ?? arrays[type] ?? 'string'

/** Values of some kinds that the other kind reads, so nothing breaks by itself, but may mean another moment. */
export const isOtherMoment = (before: string, after: string): boolean =>
  before !== after && kindOf(before) === 'Date' && kindOf(after) === 'Date'
