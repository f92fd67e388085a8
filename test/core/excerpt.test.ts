import { expect, it } from 'vitest'
import { excerpt, offsetOfCharacter, placeOf } from '../../src/core/excerpt.js'

it('a place is counted in letters as a person sees them', () => {
  const text = 'one\nzw🚀ei\ndrei'
  expect(placeOf(text, text.indexOf('ei'))).toEqual({ line: 2, column: 4 })
  expect(placeOf(text, 0)).toEqual({ line: 1, column: 1 })
  expect(placeOf(text, text.length)).toEqual({ line: 3, column: 5 })
})

it('the position of PostgreSQL, which counts characters from one, becomes an offset', () => {
  expect(offsetOfCharacter('a🚀b', 1)).toBe(0)
  expect(offsetOfCharacter('a🚀b', 3)).toBe(3)
  expect(offsetOfCharacter('ab', 99)).toBe(2)
})

it('the lines around a place are numbered, and the caret stands under it', () => {
  const text = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`).join('\n')
  expect(excerpt(text, { line: 10, column: 3 })).toEqual([
    '   8 | line 8',
    '   9 | line 9',
    '> 10 | line 10',
    '     |   ^',
    '  11 | line 11',
    '  12 | line 12',
  ])
})

it('tabs stay tabs before the caret, and carriage returns are left out', () => {
  expect(excerpt('\t\tx\r\ny\r', { line: 1, column: 3 })).toEqual(['> 1 | \t\tx', '    | \t\t^', '  2 | y'])
})

it.each([3000, 30_000])(
  'a line too long for a terminal is cut around the caret, of %d letters too',
  (length) => {
    const text = `${'a'.repeat(length / 2)}X${'b'.repeat(length / 2)}`
    const [shown = '', caret = '', ...rest] = excerpt(text, { line: 1, column: length / 2 + 1 })
    expect(shown.length).toBeLessThan(200)
    expect(shown.indexOf('X')).toBe(caret.indexOf('^'))
    expect(shown).toMatch(/^> 1 \| …a+Xb+…$/)
    expect(rest).toEqual([])
  },
)

it('the caret stands under its letter behind wide ones and marks that take no place', () => {
  const [shown = '', caret = ''] = excerpt('漢字🐘e\u0301X', { line: 1, column: 6 })
  expect(shown).toBe('> 1 | 漢字🐘e\u0301X')
  expect(caret).toBe('    |        ^')
})

it('nothing of a file steers the terminal', () => {
  expect(excerpt('a\u001B[31mred\u0007\u202Eb', { line: 1, column: 1 })[0]).toBe(
    '> 1 | a\uFFFD[31mred\uFFFD\uFFFDb',
  )
})
