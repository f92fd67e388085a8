import { describe, expect, it } from 'vitest'
import { parseFields, parseLogLine } from '../../../src/core/tail/log-line.js'

describe('a line of the log', () => {
  it('has a time, a source, a dyno and a text', () => {
    expect(parseLogLine('2012-02-07T09:43:06.123456+00:00 heroku[router]: at=info method=GET')).toEqual({
      at: new Date('2012-02-07T09:43:06.123Z'),
      source: 'heroku',
      dyno: 'router',
      text: 'at=info method=GET',
    })
  })

  it('may be empty, may come from Fir, and may have an offset', () => {
    expect(parseLogLine('2024-10-17T22:23:22-07:00 app[web-1234abcde-123ab]: ')).toEqual({
      at: new Date('2024-10-18T05:23:22Z'),
      source: 'app',
      dyno: 'web-1234abcde-123ab',
      text: '',
    })
  })

  it.each([
    '172 <172>1 2016-10-11T09:44:49+00:00 host heroku logplex - Error L10 (output buffer overflow): 13',
    '<172>1 2016-10-11T09:44:49+00:00 d.1234 heroku logplex - - Error L10 (output buffer overflow): 13',
  ])('may stand in a syslog frame: %s', (line) => {
    expect(parseLogLine(line)).toEqual({
      at: new Date('2016-10-11T09:44:49Z'),
      source: 'heroku',
      dyno: 'logplex',
      text: 'Error L10 (output buffer overflow): 13',
    })
  })

  it.each([
    '',
    'hello',
    '2012-02-07 app[web.1]: hello',
    '2012-99-99T00:00:00Z app[web.1]: x',
    'app[web.1]: x',
  ])('is nothing else: %j', (line) => expect(parseLogLine(line)).toBeUndefined())
})

it('the router’s fields are read with their quotes and without values', () => {
  const fields = parseFields(
    'sock=backend at=error code=H18 desc="Server Request" path="/a b?c=d" dyno= bytes=0',
  )
  expect(Object.fromEntries(fields)).toEqual({
    sock: 'backend',
    at: 'error',
    code: 'H18',
    desc: 'Server Request',
    path: '/a b?c=d',
    dyno: '',
    bytes: '0',
  })
})

it('a field that a visitor put into the path does not hide the router’s own', () => {
  const text = 'at=info method=GET path="/?x=1 code=H12" code=H27 host=a'
  expect(parseFields(text).get('code')).toBe('H27')
})
