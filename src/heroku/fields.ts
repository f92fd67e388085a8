/** The fields of an object that Heroku sent, each checked as it is read. */
export interface Fields {
  text(name: string): string
  integer(name: string): number
  flag(name: string): boolean
  /** Undefined when the field is absent or null. */
  optionalText(name: string): string | undefined
  optionalInteger(name: string): number | undefined
  optionalFlag(name: string): boolean | undefined
  optionalFields(name: string): Fields | undefined
}

/** Takes what it needs out of one object; what it leaves out is not checked. */
export type Reader<T> = (fields: Fields) => T

/**
 * Opens a value that came as JSON. `complain` makes the error thrown when it, or a field that is read, is
 * not what was expected; it is given the fault as the end of a sentence: `lacks "state"`.
 */
export function fieldsOf(value: unknown, complain: (fault: string) => Error): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw complain('is not an object')
  const at = (name: string): unknown => Reflect.get(value, name)
  const isAbsent = (name: string) => at(name) === undefined || at(name) === null
  const expected = (name: string, what: string) =>
    complain(isAbsent(name) ? `lacks "${name}"` : `has a "${name}" that is not ${what}`)
  const fields: Fields = {
    text: (name) => {
      const found = at(name)
      if (typeof found === 'string') return found
      throw expected(name, 'text')
    },
    integer: (name) => {
      const found = at(name)
      if (typeof found === 'number' && Number.isSafeInteger(found)) return found
      throw expected(name, 'a whole number')
    },
    flag: (name) => {
      const found = at(name)
      if (typeof found === 'boolean') return found
      throw expected(name, 'true or false')
    },
    optionalText: (name) => (isAbsent(name) ? undefined : fields.text(name)),
    optionalInteger: (name) => (isAbsent(name) ? undefined : fields.integer(name)),
    optionalFlag: (name) => (isAbsent(name) ? undefined : fields.flag(name)),
    optionalFields: (name) => (isAbsent(name) ? undefined : fieldsOf(at(name), complain)),
  }
  return fields
}
