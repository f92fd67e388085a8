import { invalid } from './refusal.js'

type Body = Readonly<Record<string, unknown>>

/** Whether a value is an object with names, as JSON has them. */
export const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A string of the body, undefined when it is missing; throws 422 for anything else. */
export function text(body: Body, name: string): string | undefined {
  const value = body[name]
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`Invalid params: ${name} must be a string.`)
}

/** A whole number of at least `least`. */
export function count(body: Body, name: string, least = 0): number | undefined {
  const value = body[name]
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  throw invalid(`Invalid params: ${name} must be a whole number of at least ${least}.`)
}

/** true or false. */
export function flag(body: Body, name: string): boolean | undefined {
  const value = body[name]
  if (value === undefined || typeof value === 'boolean') return value
  throw invalid(`Invalid params: ${name} must be true or false.`)
}

/** Names and strings; throws 422 for other values. */
export function strings(value: unknown, what: string): Readonly<Record<string, string>> {
  if (!isObject(value)) throw invalid(`Invalid params: ${what} must be an object.`)
  for (const [name, each] of Object.entries(value)) {
    if (typeof each !== 'string') throw invalid(`Invalid params: ${what} ${name} must be a string.`)
  }
  return value as Record<string, string>
}
