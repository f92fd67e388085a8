import { expect, test } from 'vitest'
import { parseProcfile } from '../../src/core/procfile.js'

test('a Procfile names a command for each process type', () => {
  const text =
    'web: node server.js -p $PORT\r\n# a comment\n\nrelease:  release migrate \nclock_2:node clock.js'
  expect(Object.fromEntries(parseProcfile(text))).toEqual({
    web: 'node server.js -p $PORT',
    release: 'release migrate',
    clock_2: 'node clock.js',
  })
})
