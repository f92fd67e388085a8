import { expect, test } from 'vitest'
import { createRedactor } from '../../src/core/redact.js'

const redact = createRedactor(['s3cret/pass', undefined, 'abc'])

test('a known secret is taken out as written and as a URL carries it', () => {
  expect(redact('a s3cret/pass b s3cret%2Fpass')).toBe('a [redacted] b [redacted]')
})

test('a password inside any URL is taken out and the rest of the URL stays', () => {
  expect(redact('at postgres://app:hunter2@db.example:5432/app now')).toBe(
    'at postgres://app:[redacted]@db.example:5432/app now',
  )
})

test('a Heroku token is taken out wherever it stands', () => {
  expect(redact('token HRKU-AAabc123_def-456 refused')).toBe('token [redacted] refused')
})

test('a secret too short to be one does not eat the text', () => {
  expect(redact('abc')).toBe('abc')
})

test('our own advice on what a URL looks like stays readable', () => {
  const advice = 'postgres://user:password@host:5432/name'
  expect(redact(advice)).toBe(advice)
})
