import type { Finding } from '../../core/finding.js'
import type { CheckReport } from './report.js'

/** The object of `--json`: its shape is fixed, and a finding without a table says so. */
export const reportObject = ({ verdict, findings, notes, proof }: CheckReport) => ({
  version: 1,
  verdict,
  findings: findings.map(findingObject),
  notes,
  ...(proof === undefined ? {} : { proof }),
})

const findingObject = ({ table, ...finding }: Finding) => ({ ...finding, table: table ?? null })
