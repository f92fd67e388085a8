import { refuse } from './refusal.js'

/** One page of a list, and the headers that say which. */
export interface Page {
  readonly status: 200 | 206
  readonly items: readonly Item[]
  readonly headers: Readonly<Record<string, string>>
}
type Item = Readonly<Record<string, unknown>>
type Key = number | string

interface Range {
  readonly attribute: string
  readonly first: { readonly value: string; readonly exclusive: boolean } | undefined
  readonly last: string | undefined
  readonly descending: boolean
  readonly max: number
}

/**
 * Cuts a list to what a Range header asks for, such as `version ]5..; order=desc,max=10`. More than fits
 * gives 206 and the header of the next page in Next-Range; a page holds 200 unless told, and at most 1,000.
 * https://devcenter.heroku.com/articles/platform-api-reference#ranges
 */
export function page(list: readonly Item[], sortable: readonly string[], header: string | undefined): Page {
  const range = parse(header, sortable)
  const key = (item: Item) => item[range.attribute] as Key
  const sorted = list.toSorted((a, b) => (range.descending ? -1 : 1) * compare(key(a), key(b)))
  const wanted = sorted.filter((item) => within(key(item), range))
  const items = wanted.slice(0, range.max)
  const [first, last] = [items[0], items.at(-1)]
  const headers: Record<string, string> = { 'accept-ranges': sortable.join(', ') }
  if (first === undefined || last === undefined) return { status: 200, items, headers }

  const options = `${range.descending ? 'order=desc,' : ''}max=${range.max}`
  headers['content-range'] = `${range.attribute} ${key(first)}..${key(last)}; ${options}`
  if (wanted.length === items.length) return { status: 200, items, headers }
  headers['next-range'] = `${range.attribute} ]${key(last)}..${range.last ?? ''}; ${options}`
  return { status: 206, items, headers }
}

function parse(header: string | undefined, sortable: readonly string[]): Range {
  const all = { first: undefined, last: undefined, descending: false, max: 200 }
  const attributeOfChoice = sortable[0] ?? 'id'
  if (header === undefined) return { ...all, attribute: attributeOfChoice }
  const match = /^\s*([a-z_]+)\s+(\]?)([^;\s]*?)\.\.([^;\s]*)\s*(?:;\s*(.*))?$/.exec(header)
  const [, attribute, bracket, first, last, options = ''] = match ?? []
  if (attribute === undefined || !sortable.includes(attribute)) throw unsatisfiable(header, sortable)
  const settings = new Map(options.split(',').map((pair) => split(pair.trim())))
  const max = Number(settings.get('max') ?? all.max)
  if (!Number.isInteger(max) || max < 1 || max > 1000) throw unsatisfiable(header, sortable)
  return {
    attribute,
    first: first === undefined || first === '' ? undefined : { value: first, exclusive: bracket === ']' },
    last: last === '' ? undefined : last,
    descending: settings.get('order') === 'desc',
    max,
  }
}

function within(key: Key, range: Range): boolean {
  const sign = range.descending ? -1 : 1
  if (range.first !== undefined) {
    const order = sign * compare(key, like(key, range.first.value))
    if (order < 0 || (order === 0 && range.first.exclusive)) return false
  }
  return range.last === undefined || sign * compare(key, like(key, range.last)) <= 0
}

const like = (key: Key, text: string): Key => (typeof key === 'number' ? Number(text) : text)

function compare(a: Key, b: Key): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function split(pair: string): [string, string] {
  const [name = '', value = ''] = pair.split('=')
  return [name, value]
}

const unsatisfiable = (header: string, sortable: readonly string[]) =>
  refuse(
    416,
    'requested_range_not_satisfiable',
    `Range "${header}" cannot be satisfied; accepted ranges: ${sortable.join(', ')}.`,
  )
