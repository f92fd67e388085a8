import { describe, expect, it } from 'vitest'
import { createScreen, type ScreenOutput } from '../../src/terminal/screen.js'

function shownOn(output: Partial<ScreenOutput>, ...frames: (readonly string[])[]): string {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const screen = createScreen({ ...output, write }, (line) => line.replaceAll('hush-hush', '[redacted]'))
  for (const lines of frames) screen(lines)
  return text
}

const terminal = { isTTY: true, rows: 4, columns: 20 }
const control = '\u001B'

describe('a screen that is no terminal', () => {
  it('gets each block whole, after an empty line and without control characters', () => {
    const long = 'x'.repeat(200)
    expect(shownOn({}, ['one', long], ['two'])).toBe(`one\n${long}\n\ntwo\n`)
  })
})

describe('a terminal', () => {
  it('is cleared once, and then written over', () => {
    const text = shownOn(terminal, ['one'], ['two'])
    expect(text.split(`${control}[2J`)).toHaveLength(2)
    expect(text.split(`${control}[H`)).toHaveLength(3)
    expect(text.indexOf('one')).toBeLessThan(text.indexOf('two'))
  })

  it('is never filled to its last row, where it would scroll, and says how much is left out', () => {
    const text = shownOn(terminal, ['1', '2', '3', '4', '5'])
    expect(text.split('\n')).toHaveLength(4)
    expect(text).toContain('... 3 lines more')
    expect(shownOn(terminal, ['1', '2', '3'])).not.toContain('more')
  })

  it('whose size is not known gets what the usual one has room for', () => {
    const text = shownOn({ isTTY: true, rows: 0, columns: 0 }, ['one', 'x'.repeat(90)])
    expect(text).toContain('one')
    expect(text).toContain(`${'x'.repeat(79)}…`)
  })

  it('gets no line that would wrap', () => {
    expect(shownOn(terminal, ['x'.repeat(40)])).toContain(`${'x'.repeat(19)}…`)
  })
})

it('a secret is taken out before a line is cut in the middle of it', () => {
  expect(shownOn(terminal, ['a long text: hush-hush'])).not.toContain('hush')
})
