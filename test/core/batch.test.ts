import { describe, expect, it } from 'vitest'
import { batchSize, cutIntoBatches, parseBatch } from '../../src/core/batch.js'

describe('a batch', () => {
  it.each([
    ['1', { count: 1 }],
    [' 10 ', { count: 10 }],
    ['25%', { share: 0.25 }],
    ['100%', { share: 1 }],
  ])('is read from "%s"', (text, batch) => {
    expect(parseBatch(text)).toEqual(batch)
  })

  it.each(['', '0', '0%', '101%', '-1', '1.5', 'all', '25 %', '12345'])('is not read from "%s"', (text) => {
    expect(parseBatch(text)).toBeUndefined()
  })

  it('of a share is rounded down, so that no more than that share is away, and never to nothing', () => {
    expect(batchSize({ share: 0.25 }, 100)).toBe(25)
    expect(batchSize({ share: 0.25 }, 7)).toBe(1)
    expect(batchSize({ share: 0.25 }, 3)).toBe(1)
    expect(batchSize({ share: 0.07 }, 100)).toBe(7)
    expect(batchSize({ share: 0.29 }, 100)).toBe(29)
    expect(batchSize({ count: 4 }, 2)).toBe(4)
  })

  it('holds the dynos in their order, the last one the rest', () => {
    expect(cutIntoBatches([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
    expect(cutIntoBatches([], 2)).toEqual([])
  })
})
