import { expect, it } from 'vitest'
import { kindOf } from '../../../src/proof/verdict/javascript.js'
import { createDatabase } from '../../support/postgres.js'

const samples: Readonly<Record<string, string>> = {
  boolean: 'true',
  smallint: '1',
  integer: '1',
  bigint: '1',
  oid: '1',
  real: '1.5',
  'double precision': '1.5',
  numeric: '1.5',
  money: '1',
  text: 'a',
  'character varying': 'a',
  character: 'a',
  uuid: '00000000-0000-0000-0000-000000000000',
  date: '2020-01-01',
  'timestamp without time zone': '2020-01-01',
  'timestamp with time zone': '2020-01-01',
  'time without time zone': '12:00',
  'time with time zone': '12:00',
  interval: '1 day',
  bytea: 'a',
  json: '{"a":1}',
  jsonb: '{"a":1}',
  point: '(1,2)',
  circle: '<(1,2),3>',
  inet: '10.0.0.1',
  cidr: '10.0.0.0/8',
  macaddr: '08:00:2b:01:02:03',
  numrange: '[1,2)',
  int4range: '[1,2)',
  xml: '<a/>',
  tsvector: 'a',
}

it('says of every type what pg hands over for it, and for an array of it', async () => {
  const database = await createDatabase()
  try {
    for (const [type, sample] of Object.entries(samples)) {
      const text = `SELECT $1::${type} AS one, ARRAY[$1::${type}] AS many`
      const [row] = await database.query<{ one: unknown; many: unknown }>(text, [sample])
      expect([type, kindOf(type)]).toEqual([type, kindOfValue(row?.one)])
      expect([type, kindOf(`${type}[]`)]).toEqual([type, kindOfMany(row?.many)])
    }
  } finally {
    await database.drop()
  }
})

function kindOfValue(value: unknown): string {
  if (value instanceof Date) return 'Date'
  if (Buffer.isBuffer(value)) return 'Buffer'
  if (typeof value !== 'object' || value === null) return typeof value
  return 'a' in value ? 'parsed JSON' : 'object'
}

function kindOfMany(value: unknown): string {
  if (!Array.isArray(value)) return typeof value
  const kind = kindOfValue(value[0])
  return `array of ${kind === 'parsed JSON' ? kind : `${kind}s`}`
}
