import { stopsCheck, type Finding } from '../../core/finding.js'
import type { TestMatrix } from '../../core/matrix.js'
import { isFailure } from './matrix.js'
import { allowedBy, byFile, type CheckReport, type FileReport } from './report.js'

/**
 * The report as JUnit XML, as GitLab and most CI servers read it: a suite for each file, a case for each finding. What
 * ends the check with 2 is a failure, what is allowed is skipped, and a file without findings is one case that passes.
 * Notes are left out: a test report is about what passes and what does not.
 * https://docs.gitlab.com/ci/testing/unit_test_reports/#unit-test-report-format
 */
export function renderJunit(report: CheckReport): string[] {
  const files = byFile(report)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="release check"${counts(report.findings, files.filter(({ findings }) => findings.length === 0).length)}>`,
    ...files.flatMap(suite),
    ...matrixSuite(report.proof?.matrix),
    '</testsuites>',
  ]
}

/** The tests of both codes: a case for each schema that they ran on. */
function matrixSuite(matrix: TestMatrix | undefined): string[] {
  if (matrix === undefined) return []
  const failures = matrix.cells.filter(isFailure).length
  return [
    `  <testsuite name="${escape(matrix.command)}" tests="${matrix.cells.length}" failures="${failures}" errors="0" skipped="0">`,
    ...matrix.cells.flatMap((cell) => [
      `    <testcase name="${cell.code} on ${cell.schema}" classname="${escape(matrix.command)}" time="${(cell.durationMs / 1000).toFixed(3)}">`,
      ...(isFailure(cell)
        ? [`      <failure message="failed">${escape(cell.output.join('\n'))}</failure>`]
        : []),
      '    </testcase>',
    ]),
    '  </testsuite>',
  ]
}

const counts = (findings: readonly Finding[], passing: number) =>
  ` tests="${findings.length + passing}" failures="${findings.filter(stopsCheck).length}" errors="0" skipped="${findings.filter(({ waiver }) => waiver !== undefined).length}"`

function suite({ file, findings }: FileReport): string[] {
  const cases =
    findings.length === 0
      ? [`    <testcase name="safe" classname="${escape(file)}" file="${escape(file)}"/>`]
      : findings.flatMap(testCase)
  return [
    `  <testsuite name="${escape(file)}"${counts(findings, findings.length === 0 ? 1 : 0)}>`,
    ...cases,
    '  </testsuite>',
  ]
}

function testCase(finding: Finding): string[] {
  const { file, line, rule } = finding
  return [
    `    <testcase name="${escape(`line ${line}: ${rule}`)}" classname="${escape(file)}" file="${escape(file)}" line="${line}">`,
    `      ${outcome(finding)}`,
    '    </testcase>',
  ]
}

function outcome(finding: Finding): string {
  const { file, line, rule, message, why, instead, waiver } = finding
  if (waiver !== undefined) return `<skipped message="${escape(allowedBy(waiver))}"/>`
  const text = escape(`${file}:${line} ${message}\nwhy: ${why}\ninstead: ${instead}`)
  return stopsCheck(finding)
    ? `<failure message="${escape(message)}" type="${escape(rule)}">${text}</failure>`
    : `<system-out>${text}</system-out>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
}

// Most control characters cannot stand in XML 1.0 at all: https://www.w3.org/TR/xml/#charsets
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

const escape = (text: string) =>
  text.replaceAll(forbidden, '\uFFFD').replaceAll(/[&<>"'\n]/g, (letter) => entities[letter] ?? letter)
