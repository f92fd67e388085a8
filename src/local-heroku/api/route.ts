import type { App } from '../app.js'
import type { Platform } from '../platform.js'
import type { Need } from '../tokens.js'
import { notFound } from './refusal.js'

/** A request that has been let in. */
export interface Call {
  readonly platform: Platform
  /** What stands in the path for `:name`. */
  param(name: string): string
  /** The app that the path names by id or name; throws 404. */
  app(): App
  readonly body: Readonly<Record<string, unknown>>
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  /** For lists: what a Range header may sort by; the first is the default. */
  readonly sortable?: readonly string[]
  /** Goes into the header that Heroku's command line prints as a warning. */
  readonly warning?: string
}

export interface Route {
  readonly method: string
  /** Such as `/apps/:app/dynos/:dyno`. */
  readonly path: string
  readonly need: Need
  answer(call: Call): Answer
}

/** The first route of this method and path, and what its parameters stand for. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; parameters: Readonly<Record<string, string>> } | undefined {
  const parts = path.split('/').map((part) => decode(part))
  for (const route of routes) {
    const parameters = route.method === method ? match(route.path.split('/'), parts) : undefined
    if (parameters !== undefined) return { route, parameters }
  }
  return undefined
}

/** Makes the call that a route answers. */
export function createCall(
  platform: Platform,
  parameters: Readonly<Record<string, string>>,
  body: Readonly<Record<string, unknown>>,
): Call {
  const param = (name: string) => parameters[name] ?? ''
  return {
    platform,
    param,
    body,
    app: () => {
      const found = platform.apps.find((app) => app.id === param('app') || app.name === param('app'))
      if (found === undefined) throw notFound('app')
      return found
    },
  }
}

/** Status 200. */
export const ok = (body: unknown): Answer => ({ status: 200, body })

/** A list that pages by the given attributes. */
export const list = (body: readonly unknown[], ...sortable: string[]): Answer => ({
  status: 200,
  body,
  sortable: sortable.length === 0 ? ['id'] : sortable,
})

function match(
  pattern: readonly string[],
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== parts.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, want] of pattern.entries()) {
    const part = parts[index] ?? ''
    if (want.startsWith(':') && part !== '') parameters[want.slice(1)] = part
    else if (want !== part) return undefined
  }
  return parameters
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
