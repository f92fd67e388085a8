import { expect, test } from 'vitest'
import { createRecorder, defaultLimits, type Limits } from '../../src/record/recorder.js'

function recordWith(limits: Partial<Limits>, write?: (line: string) => boolean) {
  const lines: unknown[] = []
  let looked = 0
  const recorder = createRecorder(
    write ??
      ((line) => {
        lines.push(JSON.parse(line))
        return true
      }),
    { ...defaultLimits, ...limits },
  )
  return {
    lines,
    looked: () => looked,
    see: (text: string, site = 'a.js:1') => {
      if (!recorder.isDue(text)) return
      looked += 1
      recorder.take({ text, name: undefined, parameterTypes: undefined, site })
    },
  }
}

test('past the most that it keeps, it says so in the file and goes on with what it knows', () => {
  const { see, lines } = recordWith({ queries: 2 })
  see('SELECT a')
  see('SELECT b')
  see('SELECT c')
  see('SELECT d')
  see('SELECT a', 'b.js:2')
  expect(lines).toEqual([
    { text: 'SELECT a', site: 'a.js:1' },
    { text: 'SELECT b', site: 'a.js:1' },
    { leftOut: 'all but the first 2 distinct queries' },
    { text: 'SELECT a', site: 'b.js:2' },
  ])
})

test('texts that differ in literals and lengths of lists alone are one query, and the first twenty are written', () => {
  const { see, lines } = recordWith({ queries: 1 })
  for (let index = 0; index < 100; index++) {
    see(`INSERT INTO t VALUES ($1, ${index})${', ($2, 5)'.repeat(index)}`)
  }
  expect(lines).toHaveLength(20)
})

test('a text that is too long is left out, and the file says so once', () => {
  const { see, lines } = recordWith({ textLength: 20 })
  see(`SELECT ${'a'.repeat(20)}`)
  see(`SELECT ${'b'.repeat(20)}`)
  expect(lines).toEqual([{ leftOut: 'texts of more than 20 characters' }])
})

test('texts past what is kept are known by their shape', () => {
  const { see, lines } = recordWith({ keptLength: 8 })
  for (const text of ['SELECT a', 'SELECT b', 'SELECT b', 'SELECT a']) see(text)
  expect(lines).toHaveLength(2)
})

test('a query that is sent over and over is looked at now and then', () => {
  const { see, looked } = recordWith({})
  for (let index = 0; index < 32 + 2560; index++) see('SELECT 1')
  expect(looked()).toBe(32 + 10)
})

test('sites of a query are bounded', () => {
  const { see, lines } = recordWith({ sitesPerQuery: 3 })
  for (let index = 0; index < 10; index++) see('SELECT 1', `a.js:${index}`)
  expect(lines).toHaveLength(3)
})

test('after a line that could not be written nothing more is tried', () => {
  let writes = 0
  const { see } = recordWith({}, () => {
    writes += 1
    return false
  })
  see('SELECT a')
  see('SELECT b')
  expect(writes).toBe(1)
})

test('literals that come late are seen as well, in a query that is sent over and over', () => {
  const { see, lines } = recordWith({})
  for (let index = 0; index < 1000; index++) see("SELECT a FROM t WHERE state = 'open'")
  see("SELECT a FROM t WHERE state = 'closed'")
  expect(lines).toHaveLength(2)
})
