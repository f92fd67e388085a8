import { usageError } from '../core/errors.js'

/**
 * Builds a path of the Platform API from a template, each value percent-encoded as one segment:
 * apiPath`/apps/${app}/dynos`. Throws a usage error for a value that is no segment: empty, `.` or `..`.
 */
export function apiPath(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce((path, part, index) => `${path}${segment(values[index - 1] ?? '')}${part}`)
}

function segment(value: string): string {
  if (value !== '' && value !== '.' && value !== '..') return encodeURIComponent(value)
  throw usageError(`"${value}" cannot be the name of an app, a dyno or a process type.`)
}
