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

it('a line too long for a terminal is cut, and has no caret beyond the cut', () => {
  const [shown, ...rest] = excerpt('x'.repeat(5000), { line: 1, column: 3000 })
  expect(shown?.length).toBeLessThan(200)
  expect(rest).toEqual([])
})
