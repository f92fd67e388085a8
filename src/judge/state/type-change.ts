/** A type by its name in `pg_type`, an array with `_` in front, and its modifiers as they are written. */
export interface KnownType {
  readonly type: string
  readonly modifiers: readonly number[]
}

/**
 * Whether the rows stay as they are when a column changes its type: the values keep their bytes, and none needs to
 * be looked at. Measured on 12 to 18. https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
export function keepsRows(old: KnownType, to: KnownType, utc: boolean | undefined): boolean {
  if (old.type === to.type) return keepsValues(old, to)
  switch (`${old.type} ${to.type}`) {
    case 'varchar text':
    case 'varchar citext':
    case 'text citext':
    case 'citext text':
    case 'xml text':
    case 'cidr inet':
    case 'int4 oid':
    case 'oid int4':
      return true
    case 'text varchar':
    case 'citext varchar':
    case 'xml varchar':
      return to.modifiers.length === 0
    case 'timestamp timestamptz':
    case 'timestamptz timestamp':
      return utc === true && precision(to) >= precision(old)
  }
  return false
}

function keepsValues(old: KnownType, to: KnownType): boolean {
  const [size] = old.modifiers
  const [newSize] = to.modifiers
  switch (old.type) {
    case 'varchar':
    case 'varbit':
      return newSize === undefined || (size !== undefined && newSize >= size)
    case 'numeric': {
      if (newSize === undefined) return true
      const [, scale = 0] = old.modifiers
      const [, newScale = 0] = to.modifiers
      return size !== undefined && newSize >= size && newScale === scale
    }
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'timetz':
      return precision(to) >= precision(old)
    case 'interval':
      // A single number stands for its fields: `interval day to second`.
      return to.modifiers.length !== 1 && precision(to) >= precision(old)
  }
  if (old.type.startsWith('_') && to.modifiers.length === 0) return true
  return (
    old.modifiers.length === to.modifiers.length && old.modifiers.every((n, at) => n === to.modifiers[at])
  )
}

// Digits of a second: all six where none are written.
const precision = ({ modifiers }: KnownType): number => modifiers.at(-1) ?? 6

/** What running code meets after a change of type: an error, or a value of another kind. */
export interface Meets {
  readonly sqlstate: string | undefined
  readonly why: string
}

/**
 * What the change means for code that knows the old type; undefined: nothing, as far as types can tell. Types as
 * `pg` for Node.js reads them. https://node-postgres.com/features/types
 */
export function codeMeets(old: KnownType | undefined, to: KnownType): Meets | undefined {
  if (old === undefined) return to.type in mostlyWider ? undefined : unknownBefore(to)
  if (old.type === to.type) return narrower(old, to)
  const from = families[old.type]
  const into = families[to.type]
  if (from === undefined || from !== into) {
    if (old.type === 'json' && to.type === 'jsonb') return undefined
    return other(to)
  }
  if (from === 'integer') return integers(old.type, to.type)
  if (from === 'text') return texts(old, to)
  return undefined
}

// Without a catalog: these are mostly what a column is widened to.
const mostlyWider: Readonly<Record<string, true>> = {
  text: true,
  varchar: true,
  citext: true,
  numeric: true,
  timestamp: true,
  timestamptz: true,
  interval: true,
  inet: true,
  varbit: true,
  float8: true,
}

const families: Readonly<Record<string, string>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'integer',
  text: 'text',
  varchar: 'text',
  citext: 'text',
  bpchar: 'text',
  float4: 'float',
  float8: 'float',
  timestamp: 'time',
  timestamptz: 'time',
  date: 'time',
  cidr: 'address',
  inet: 'address',
  bit: 'bits',
  varbit: 'bits',
}

const unknownBefore = (to: KnownType): Meets => (to.type === 'int8' ? asString : other(to))

const asString: Meets = {
  sqlstate: undefined,
  why: 'Node.js gets a bigint as a string where it got a number, so sums and comparisons go wrong, and no error says so.',
}

const other = (to: KnownType): Meets =>
  to.type === 'numeric' || to.type === 'int8'
    ? { ...asString, why: asString.why.replace('bigint', to.type === 'numeric' ? 'numeric' : 'bigint') }
    : {
        sqlstate: '42883',
        why: 'Operators and functions that fit the old type may not exist for the new one (42883), and values that it took may be refused (22P02).',
      }

function integers(old: string, to: string): Meets | undefined {
  const sizes = ['int2', 'int4', 'oid', 'int8']
  if (to === 'int8') return asString
  if (sizes.indexOf(to) >= sizes.indexOf(old)) return undefined
  return { sqlstate: '22003', why: 'A value that is too large for the new type is refused with 22003.' }
}

const tooLong: Meets = {
  sqlstate: '22001',
  why: 'A text that is too long for the new type is refused with 22001.',
}

function texts(old: KnownType, to: KnownType): Meets | undefined {
  const [size] = to.modifiers
  if (size === undefined) return undefined
  const [before] = old.modifiers
  return before !== undefined && before <= size ? undefined : tooLong
}

function narrower(old: KnownType, to: KnownType): Meets | undefined {
  const [size, scale = 0] = old.modifiers
  const [newSize, newScale = 0] = to.modifiers
  if (newSize === undefined) return undefined
  if (old.type === 'numeric') {
    if (size !== undefined && newSize - newScale >= size - scale) return undefined
    return {
      sqlstate: '22003',
      why: 'A number with more digits than the new type has is refused with 22003.',
    }
  }
  if (families[old.type] !== 'text' || (size !== undefined && newSize >= size)) return undefined
  return tooLong
}
