import { formatDuration } from '../../core/duration.js'
import type { Code, MatrixCell, SchemaStage, TestMatrix } from '../../core/matrix.js'

/** The tests of both codes on their schemas as a table, with the last lines of what failed below it. */
export function matrixLines(matrix: TestMatrix): string[] {
  const rows = rowsOf(matrix)
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const table = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const failed = matrix.cells.filter(({ fine, output }) => !fine && output.length > 0)
  return [`tests: ${matrix.command}`, ...table.map((line) => `  ${line}`), ...failed.flatMap(lastLines)]
}

const lastLines = ({ code, schema, output }: MatrixCell): string[] => [
  `  ${code} on ${schema}, its last lines:`,
  ...output.slice(-15).map((line) => `    ${line}`),
]

/** The same as a Markdown table. */
export function matrixMarkdown(matrix: TestMatrix): string[] {
  const [head = [], ...rows] = rowsOf(matrix).map((row) => row.map(escapePipes))
  const failed = matrix.cells.filter(({ fine, output }) => !fine && output.length > 0)
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
    ...failed.flatMap((cell) => [
      '```',
      ...lastLines(cell).map((text) => text.replaceAll('```', "'''")),
      '```',
      '',
    ]),
  ]
}

const line = (row: readonly string[]) => `| ${row.join(' | ')} |`

const escapePipes = (text: string) => text.replaceAll('|', '\\|')

function rowsOf({ base, migrations, contracts, cells }: TestMatrix): string[][] {
  const stages: readonly (readonly [SchemaStage, string])[] = [
    ['S0', 'S0, before'],
    ['S1', `S1, after ${counted(migrations, 'migration')}`],
    ...(contracts === 0 ? [] : [['S2', `S2, after ${counted(contracts, 'contract')}`] as const]),
  ]
  const row = (code: Code, name: string) => [
    name,
    ...stages.map(([schema]) => shown(cells.find((cell) => cell.code === code && cell.schema === schema))),
  ]
  return [
    ['', ...stages.map(([, name]) => name)],
    row('V0', `V0, running: ${base}`),
    row('V1', 'V1, to be released'),
  ]
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

function shown(cell: MatrixCell | undefined): string {
  if (cell === undefined) return '-'
  const { outcome, fine, schema, durationMs } = cell
  const took = formatDuration(durationMs)
  if (outcome === 'failed' && fine)
    return schema === 'S2' ? `failed (${took}), as it may` : `failed (${took})`
  return `${outcome === 'failed' ? 'FAILED' : outcome} (${took})`
}

/** Whether a cell is a failure in a test report. */
export const isFailure = ({ fine }: MatrixCell): boolean => !fine
