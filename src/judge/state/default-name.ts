import type { Constraint } from '../change.js'

/** The name that PostgreSQL finds, but for shortening and numbering. */
export function defaultName(table: string, { type, columns }: Constraint): string {
  const ends = {
    check: 'check',
    'foreign key': 'fkey',
    unique: 'key',
    'primary key': 'pkey',
    exclude: 'excl',
  }
  const end = type === 'not null' ? 'not_null' : ends[type]
  const named = type === 'primary key' || (type === 'check' && columns.length > 1) ? [] : columns
  return [table, ...named, end].join('_')
}
