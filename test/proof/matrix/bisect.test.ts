import { expect, it } from 'vitest'
import { firstFailing } from '../../../src/proof/matrix/bisect.js'

it.each([1, 2, 3, 7, 8, 100])(
  'finds the first of %i steps that breaks, wherever it is, in few looks',
  async (count) => {
    for (let first = 1; first <= count; first++) {
      const asked: number[] = []
      const found = await firstFailing(count, async (steps) => {
        asked.push(steps)
        return await Promise.resolve(steps < first)
      })
      expect(found).toBe(first)
      expect(asked.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)))
      // That none breaks nothing and all break it is known already.
      expect(asked).not.toContain(0)
      expect(asked).not.toContain(count)
    }
  },
)
