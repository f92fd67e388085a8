/** An answer that says no, in Heroku's form: `{ id, message, url? }`. */
export interface Refusal extends Error {
  readonly refusal: { readonly status: number; readonly id: string; readonly url?: string }
}

/**
 * Makes an error that the server turns into an answer.
 * https://devcenter.heroku.com/articles/platform-api-reference#errors
 */
export function refuse(status: number, id: string, message: string, url?: string): Refusal {
  return Object.assign(new Error(message), { refusal: { status, id, ...(url === undefined ? {} : { url }) } })
}

export const isRefusal = (error: unknown): error is Refusal => error instanceof Error && 'refusal' in error

/** 404, in the words Heroku uses for each kind of thing. */
export const notFound = (kind: string) => refuse(404, 'not_found', `Couldn't find that ${kind}.`)

/** 422. */
export const invalid = (message: string) => refuse(422, 'invalid_params', message)

/** 403 for a token whose scope is too small. */
export const outOfScope = () =>
  refuse(403, 'forbidden', 'The scope of this OAuth authorization does not allow access to this resource.')

/** 401; Heroku does not say whether a token is wrong, revoked or missing. */
export const unauthorized = (message = 'Invalid credentials provided.') =>
  refuse(401, 'unauthorized', message)
