import { countVerdicts, verdicts, type Check } from '../core/check.js'
import { alignColumns } from './columns.js'

/**
 * What `release doctor` prints: a line for each check, its mend under it, and the summary last. Checks in a
 * row that were skipped for one reason share a line.
 */
export function renderChecks(checks: readonly Check[]): string[] {
  const shown = groupSkipped(checks)
  const rows = alignColumns(shown.map(({ verdict, name, message }) => [verdict, name, message]))
  const indent = ' '.repeat(6)
  const lines = shown.flatMap(({ mend }, index) => [
    rows[index] ?? '',
    ...(mend === undefined ? [] : [`${indent}-> ${mend}`]),
  ])
  return [...lines, '', summarizeChecks(checks)]
}

function groupSkipped(checks: readonly Check[]): Check[] {
  const groups: Check[][] = []
  for (const check of checks) {
    const [first] = groups.at(-1) ?? []
    if (check.verdict === 'skip' && first?.verdict === 'skip' && first.message === check.message) {
      groups.at(-1)?.push(check)
    } else groups.push([check])
  }
  return groups.flatMap((group) => {
    const [first] = group
    if (first === undefined || group.length === 1) return group
    const names = group.map(({ name }) => name).join(', ')
    return [{ ...first, name: `${group.length} checks`, message: `${first.message}: ${names}` }]
  })
}

/** `12 pass, 2 warn, 1 fail.` */
export function summarizeChecks(checks: readonly Check[]): string {
  const counts = countVerdicts(checks)
  const named = verdicts.filter((verdict) => verdict !== 'skip' || counts.skip > 0)
  return `${named.map((verdict) => `${counts[verdict]} ${verdict}`).join(', ')}.`
}
