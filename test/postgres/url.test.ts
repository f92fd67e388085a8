import { expect, it } from 'vitest'
import { readDatabaseUrl } from '../../src/postgres/url.js'

const read = (text: string) => readDatabaseUrl(text, { source: 'DATABASE_URL' })

it('reads a URL of a socket, where all but the database stands behind the question mark', () => {
  expect(read('postgres:///app?host=/run/postgresql&port=5433&user=me&password=secret')).toMatchObject({
    host: '/run/postgresql',
    port: 5433,
    database: 'app',
    user: 'me',
    password: 'secret',
    location: '/run/postgresql:5433/app',
  })
})

it('writes an IPv6 host in brackets, so that its port can be read', () => {
  expect(read('postgres://u@[::1]:5433/app')).toMatchObject({
    host: '::1',
    address: '[::1]:5433',
    location: '[::1]:5433/app',
  })
})

it('takes names and passwords with characters that a URL encodes', () => {
  expect(read('postgres://o%40d%3Au:p%40ss%2Fw%25%20%C3%BC@h/my%20db')).toMatchObject({
    user: 'o@d:u',
    password: 'p@ss/w% ü',
    database: 'my db',
    port: 5432,
  })
})
