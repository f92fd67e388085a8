import * as z from 'zod'
import { parseDurationMs } from '../core/duration.js'

const trueWords = new Set(['true', '1', 'yes', 'on'])
const falseWords = new Set(['false', '0', 'no', 'off'])

/** true, false, 1, 0, yes, no, on, off, in any case; in a file also the JSON booleans. */
export const booleanValue = z.union([z.boolean(), z.string(), z.number()]).transform((raw, context) => {
  const word = String(raw).trim().toLowerCase()
  if (trueWords.has(word)) return true
  if (falseWords.has(word)) return false
  context.addIssue({ code: 'custom', message: 'is neither true, 1, yes, on nor false, 0, no, off' })
  return z.NEVER
})

/** A duration such as `500ms`, `10s`, `15m`, `1h`, as milliseconds. */
export const durationValue = z.unknown().transform((raw, context) => {
  const valueMs = typeof raw === 'string' ? parseDurationMs(raw) : undefined
  if (valueMs !== undefined) return valueMs
  context.addIssue({ code: 'custom', message: 'is not a duration such as 500ms, 10s, 15m or 1h' })
  return z.NEVER
})

/** One of a few words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `is not one of ${words.join(', ')}` })

/** Any text that is not empty. */
export const textValue = z
  .string({ error: 'is not a text' })
  .refine((text) => text.trim() !== '', { error: 'is empty' })

/** One text or a list of them, as a list; in the environment and in flags separated by commas. */
export const textListValue = z
  .union([z.array(textValue).min(1), textValue], { error: 'is not a text or a list of texts' })
  .transform((raw) =>
    typeof raw === 'string'
      ? raw
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : raw,
  )

/** true, false, or a path. */
export const booleanOrTextValue = z.union([z.boolean(), textValue]).transform((raw) => {
  if (typeof raw === 'boolean') return raw
  const word = raw.toLowerCase()
  return trueWords.has(word) ? true : falseWords.has(word) ? false : raw
})

/** A whole number that a 64-bit advisory lock key can be. */
export const lockKeyValue = z.union([z.number(), z.string()]).transform((raw, context) => {
  const text = String(raw)
  if (/^-?\d{1,18}$/.test(text)) return text
  context.addIssue({ code: 'custom', message: 'is not a whole number of at most 18 digits' })
  return z.NEVER
})
