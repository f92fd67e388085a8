import { describe, expect, it } from 'vitest'
import { createSeen } from '../../../src/core/tail/seen.js'

/** What a reader gets who takes these streams one after the other. */
function read(streams: readonly (readonly string[])[], keep?: number): string[] {
  const seen = createSeen(keep)
  return streams.flatMap((lines) => {
    const isNew = seen.stream()
    return lines.filter((line) => isNew(line))
  })
}

describe('lines that several streams bring', () => {
  it('count once', () => {
    expect(
      read([
        ['a', 'b', 'c'],
        ['b', 'c', 'd'],
        ['a', 'b', 'c', 'd', 'e'],
      ]),
    ).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('count as often as they were logged within one microsecond', () => {
    expect(
      read([
        ['a', 'a', 'b'],
        ['a', 'a', 'a', 'b', 'b'],
      ]),
    ).toEqual(['a', 'a', 'b', 'a', 'b'])
  })

  it('are recognised in whatever order the streams bring them', () => {
    expect(
      read([
        ['a', 'c'],
        ['c', 'b', 'a'],
      ]),
    ).toEqual(['a', 'c', 'b'])
  })

  it('may come from two streams at once', () => {
    const seen = createSeen()
    const [one, other] = [seen.stream(), seen.stream()]
    expect([one('a'), other('a'), one('a'), other('b'), one('b'), other('a')]).toEqual([
      true,
      false,
      true,
      true,
      false,
      false,
    ])
  })
})

it('wherever the stream is cut, the log is read once and whole', () => {
  // Three lines in a row are the same, as when an app logs one thing three times within a microsecond.
  const log = Array.from({ length: 120 }, (_, index) => `line ${Math.floor(index / 3)}`)
  const backlog = 30
  for (let every = 1; every <= backlog; every += 1) {
    const streams: string[][] = []
    for (let end = every; end < log.length + every; end += every) {
      streams.push(log.slice(Math.max(0, end - every - backlog), end))
    }
    expect(read(streams)).toEqual(log)
  }
})

it('the oldest are forgotten, and the newest are not', () => {
  expect(
    read(
      [
        ['a', 'b', 'c'],
        ['b', 'c'],
      ],
      2,
    ),
  ).toEqual(['a', 'b', 'c'])
})
