import type { ReleaseError } from '../core/errors.js'

/** An error as `--json` carries it. */
export interface ErrorObject {
  readonly code: string
  readonly message: string
  readonly detail: readonly string[]
  readonly todo: readonly string[]
  readonly state?: string
  readonly sqlstate?: string
}

/** What a person sees of an error: what happened, the lines that show it, what to do now. */
export function renderError(error: ReleaseError): string {
  return [
    `error: ${error.message}`,
    ...error.detail.map((line) => `  ${line}`),
    ...(error.state === undefined ? [] : [error.state]),
    ...error.todo.map((line) => `-> ${line}`),
  ].join('\n')
}

export function errorObject(error: ReleaseError): ErrorObject {
  const { code, message, detail, todo, state, sqlstate } = error
  return {
    code,
    message,
    detail,
    ...(state === undefined ? {} : { state }),
    todo,
    ...(sqlstate === undefined ? {} : { sqlstate }),
  }
}

/** An error as the last line of a log in JSON. */
export function errorLine(error: ReleaseError): string {
  const { message, ...rest } = errorObject(error)
  return JSON.stringify({ level: 'error', time: new Date().toISOString(), ...rest, msg: message })
}
