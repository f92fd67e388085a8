import { types } from 'node:util'

/**
 * What each value is in JavaScript: `number`, `string`, `Date`, `Buffer`, `Array`, `null`. Never looks inside a value,
 * so nothing of it is told, and no getter or proxy of the app runs.
 */
export function parameterTypesOf(values: unknown): string[] | undefined {
  if (!Array.isArray(values) || values.length === 0) return undefined
  return Array.from({ length: values.length }, (_, index) => typeOf(values[index]))
}

function typeOf(value: unknown): string {
  // What pg sends as NULL.
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'object') return typeof value
  if (types.isDate(value)) return 'Date'
  if (ArrayBuffer.isView(value)) return 'Buffer'
  return Array.isArray(value) ? 'Array' : 'object'
}
