import { cpus } from 'node:os'

/** One measured comparison. */
export interface Row {
  readonly what: string
  readonly medianMs: number
  /** Median of the ratios, pair by pair. */
  readonly ratio: number
  readonly against: string
  /** The bound that the project sets itself; undefined for a peer that stands beside it. */
  readonly bound?: number
}

/** Prints the figures, one comparison a line. */
export function printTable(rows: readonly Row[]): void {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor'
  console.log(`Node ${process.versions.node}, ${cpus().length} x ${cpu}\n`)
  const cells = rows.map((row) => [
    row.what,
    `${row.medianMs.toFixed(0)} ms`,
    row.ratio.toFixed(2),
    row.against,
    row.bound === undefined ? '' : `${row.ratio <= row.bound ? 'within' : 'OVER'} ${row.bound.toFixed(2)}`,
  ])
  printColumns(['what', 'median', 'ratio', 'against', 'bound'], cells)
}

/** Prints rows of cells under their titles. */
export function printColumns(head: readonly string[], cells: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  for (const row of [head, widths.map((width) => '-'.repeat(width)), ...cells]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
}
