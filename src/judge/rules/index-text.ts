import type { Change } from '../change.js'
import { quoted, shown } from '../finding.js'

type CreateIndex = Extract<Change, { kind: 'create index' }>

/** The statement again, built CONCURRENTLY, in a file of its own; what is more than columns is left as `...`. */
export const concurrentBuild = (change: CreateIndex): string =>
  `-- no-transaction\n${indexText(change, 'CONCURRENTLY ')}`

/** How an index comes to a table with partitions without stopping anybody. */
export function buildOnPartitions(change: CreateIndex): string {
  const index = quoted(change.index ?? `${change.table.name}_idx`)
  const one = quoted(`${change.index ?? `${change.table.name}_idx`}_1`)
  const parent = { ...change, index: change.index ?? `${change.table.name}_idx` }
  return [
    indexText(parent, '', 'ONLY '),
    `-- then, for each partition, in a file of its own:`,
    '-- no-transaction',
    `CREATE ${change.unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${one} ON ${quoted(`${change.table.name}_1`)} ${elements(change)};`,
    `ALTER INDEX ${index} ATTACH PARTITION ${one};`,
  ].join('\n')
}

function indexText(change: CreateIndex, concurrently: string, only = ''): string {
  const unique = change.unique ? 'UNIQUE ' : ''
  const name = change.index === undefined ? '' : `${quoted(change.index)} `
  return `CREATE ${unique}INDEX ${concurrently}${name}ON ${only}${shown(change.table)} ${elements(change)};`
}

const elements = ({ plain, columns, where }: CreateIndex): string =>
  `(${plain ? columns.map(quoted).join(', ') : '...'})${where === undefined ? '' : ' WHERE ...'}`
