import { describe, expect, it } from 'vitest'
import { parseLogLine } from '../../../src/core/tail/log-line.js'
import { recognise, type Rules } from '../../../src/core/tail/recognise.js'
import { recorded } from './recorded.js'

function signOf(line: string, rules: Partial<Rules> = {}) {
  const parsed = parseLogLine(line)
  if (parsed === undefined) throw new Error(`not a log line: ${line}`)
  return recognise(parsed, { patterns: [], ignore: [], ...rules })
}

describe('a line that Heroku documents', () => {
  it.each(recorded.signs)('is %s (%s), %s: %s', (kind, what, weight, line) => {
    expect(signOf(line)).toEqual({ kind, what, weight })
  })

  it.each(recorded.ordinary)('is ordinary: %s', (line) => expect(signOf(line)).toBeUndefined())

  it.each(recorded.lookalikes)('only looks like trouble: %s', (line) => expect(signOf(line)).toBeUndefined())
})

describe('the rules of a team', () => {
  const [, , , timeout] = recorded.signs[1]

  it('find a pattern in any line, and name it', () => {
    const patterns = [/PaymentError/, /service=3\d{4}ms/]
    expect(signOf('2024-10-17T22:23:22Z app[worker.1]: PaymentError: declined', { patterns })).toEqual({
      kind: 'PaymentError',
      what: 'pattern',
      weight: 'trouble',
    })
    expect(signOf(timeout, { patterns })).toMatchObject({ kind: 'service=3\\d{4}ms' })
  })

  it('pass over what is to be ignored, even where a pattern matches', () => {
    expect(signOf(timeout, { ignore: [/H12/] })).toBeUndefined()
    expect(signOf(timeout, { ignore: [/H12/], patterns: [/service/] })).toBeUndefined()
    expect(signOf(timeout, { ignore: [/R14/] })).toMatchObject({ kind: 'H12' })
  })
})
