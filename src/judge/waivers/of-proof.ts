import type { Finding } from '../../core/finding.js'
import { proofRules } from '../../core/proof.js'
import { waivingOf, type JudgedFile, type Judging } from '../judge.js'
import { unitsOf } from '../units.js'
import { waive } from './waive.js'

/** Findings of the proof in one file, with `waiver` where one stands beside the statement or names the file. */
export function waiveProof(
  findings: readonly Finding[],
  file: JudgedFile,
  judging: Omit<Judging, 'rules'>,
): Finding[] {
  const units = file.texts.flatMap((text) => unitsOf(text, judging.grammar, file.path))
  const found = findings.map((finding) => ({
    finding,
    beside: units.filter(({ line }) => line === finding.line).flatMap(({ waivers }) => waivers ?? []),
  }))
  // What is wrong with a waiver the judge has said.
  return waive(found, waivingOf(file, units, proofRules, judging)).slice(0, findings.length)
}
