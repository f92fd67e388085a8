// zod's functional build: the same validators at a tenth of the size, which every run has to load.
import * as z from 'zod/mini'
import { parseBatch } from '../core/batch.js'
import { parseDurationMs } from '../core/duration.js'

const trueWords = new Set(['true', '1', 'yes', 'on'])
const falseWords = new Set(['false', '0', 'no', 'off'])

/** Reads a raw value with `read`; undefined from it becomes the complaint. */
const readAs = <Output>(read: (raw: unknown) => Output | undefined, complaint: string) =>
  z.pipe(
    z.unknown(),
    z.transform((raw, context): Output => {
      const value = read(raw)
      if (value !== undefined) return value
      context.issues.push({ code: 'custom', message: complaint, input: raw })
      return z.NEVER
    }),
  )

const wordOf = (raw: unknown): string | undefined =>
  ['string', 'boolean', 'number'].includes(typeof raw) ? String(raw).trim().toLowerCase() : undefined

/** true, false, 1, 0, yes, no, on, off, in any case; in a file also the JSON booleans. */
export const booleanValue = readAs((raw) => {
  const word = wordOf(raw) ?? ''
  return trueWords.has(word) ? true : falseWords.has(word) ? false : undefined
}, 'is neither true, 1, yes, on nor false, 0, no, off')

/** A duration such as `500ms`, `10s`, `15m`, `1h`, as milliseconds. */
export const durationValue = readAs(
  (raw) => (typeof raw === 'string' ? parseDurationMs(raw) : undefined),
  'is not a duration such as 500ms, 10s, 15m or 1h',
)

/** One of a few words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `is not one of ${words.join(', ')}` })

const textOf = (raw: unknown): string | undefined =>
  typeof raw === 'string' && raw.trim() !== '' ? raw : undefined

/** Any text that is not empty. */
export const textValue = readAs(textOf, 'is not a text')

/** One text or a list of them, as a list; in the environment and in flags separated by commas. */
export const textListValue = readAs((raw) => {
  const given: readonly unknown[] = typeof raw === 'string' ? raw.split(',') : Array.isArray(raw) ? raw : []
  const texts = given.map((entry) => textOf(entry)?.trim())
  return texts.length > 0 && texts.every((text) => text !== undefined) ? texts : undefined
}, 'is not a text or a list of texts')

/** One regular expression or a list of them; a comma is part of one. */
export const patternsValue = readAs((raw) => {
  const texts: readonly unknown[] = Array.isArray(raw) ? raw : [raw]
  const patterns = texts.map((text) => patternOf(textOf(text)))
  return patterns.every((pattern) => pattern !== undefined) ? patterns : undefined
}, 'is not a regular expression or a list of them')

/** A regular expression as it is written; undefined where it cannot be one. */
export function patternOf(text: string | undefined): RegExp | undefined {
  try {
    return text === undefined ? undefined : new RegExp(text)
  } catch {
    return undefined
  }
}

/** true, false, or a path. */
export const booleanOrTextValue = readAs((raw): boolean | string | undefined => {
  const word = wordOf(raw) ?? ''
  return trueWords.has(word) ? true : falseWords.has(word) ? false : textOf(raw)
}, 'is neither true, false nor a path')

/** A whole number that a 64-bit advisory lock key can be. */
export const lockKeyValue = readAs((raw) => {
  const text = wordOf(raw) ?? ''
  return /^-?\d{1,18}$/.test(text) ? text : undefined
}, 'is not a whole number of at most 18 digits')

/** An http or https URL. */
export const httpUrlValue = readAs((raw) => {
  const text = textOf(raw)
  return text !== undefined && /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined
}, 'is not an http or https URL')

/** The secret of a Standard Webhook: `whsec_` and 24 to 64 bytes in base64. */
export const webhookSecretValue = readAs((raw) => {
  const text = textOf(raw)?.trim() ?? ''
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? ''
  const { length } = Buffer.from(encoded, 'base64')
  return length >= 24 && length <= 64 ? text : undefined
}, 'is not whsec_ and 24 to 64 bytes in base64, such as echo whsec_$(openssl rand -base64 32) prints')

/** How many dynos at a time: `4`, or a share such as `25%`. */
export const batchValue = readAs(
  (raw) => parseBatch(typeof raw === 'number' ? String(raw) : (textOf(raw) ?? '')),
  'is neither a number of dynos nor a share such as 25%',
)

/** A path that begins with a slash, or an http or https URL. */
export const pathOrUrlValue = readAs((raw) => {
  const text = textOf(raw)?.trim()
  if (text === undefined) return undefined
  return /^(?:\/|https?:\/\/)/.test(text) && URL.canParse(text, 'https://app.invalid') ? text : undefined
}, 'is neither a path such as /health nor an http or https URL')

/** A status that an HTTP answer can have. */
export const httpStatusValue = readAs((raw) => {
  const status = Number(wordOf(raw) ?? '')
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined
}, 'is no status of an HTTP answer, such as 200')
