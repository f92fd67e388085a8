import type { Finding } from '../../core/finding.js'
import { nearest } from '../../core/nearest.js'
import { proofRules } from '../../core/proof.js'
import type { WrittenWaiver } from './waiver.js'

export interface Against {
  readonly rules: readonly string[]
  readonly today: string | undefined
  /** Something was found that it names; undefined: that is not known yet. */
  readonly used?: boolean
}

/** What is wrong with a waiver, as a finding; undefined: nothing is. */
export function faultOf(waiver: WrittenWaiver, { rules, today, used }: Against): Finding | undefined {
  const { rule, reason, until, fault } = waiver
  if (rule === '') return finding(waiver, 'waiver-unreadable', noRule(fault))
  if (!rules.includes(rule)) return finding(waiver, 'waiver-unknown-rule', unknownRule(rule, rules))
  if (fault !== undefined) return finding(waiver, 'waiver-unreadable', unreadable(rule, fault))
  if (reason === undefined || reason.trim() === '') {
    return finding(waiver, 'waiver-without-reason', withoutReason(rule))
  }
  if (until !== undefined && !isDay(until)) return finding(waiver, 'waiver-unreadable', noDay(rule, until))
  if (until !== undefined && today !== undefined && today > until) {
    // What was allowed then and is no hazard now, such as an old file on a new database, may stay as it is.
    return finding(waiver, 'waiver-expired', expired(rule, until), used === false ? 'warning' : 'error')
  }
  // Whether it is needed only a proof can tell, and not every check is one.
  const known = proofRules.every((name) => name !== rule)
  return used === false && known ? finding(waiver, 'waiver-unused', unused(rule), 'warning') : undefined
}

/** Names and dangers of the findings about waivers, for the catalogue. */
export const waiverRules: readonly { readonly name: string; readonly danger: string }[] = [
  { name: 'waiver-without-reason', danger: 'A waiver says no reason, and waives nothing.' },
  { name: 'waiver-expired', danger: 'The end of a waiver has passed, and it waives nothing any more.' },
  { name: 'waiver-unknown-rule', danger: 'A waiver names no rule that there is, and waives nothing.' },
  { name: 'waiver-unreadable', danger: 'A waiver cannot be understood, and waives nothing.' },
  { name: 'waiver-unused', danger: 'A waiver stands where nothing is found that it allows (a warning).' },
]

type Said = Pick<Finding, 'message' | 'why' | 'instead'>

const finding = (
  { file, line, text }: WrittenWaiver,
  rule: string,
  said: Said,
  severity: Finding['severity'] = 'error',
): Finding => ({ file, line, statement: text, hazard: 'order', rule, severity, table: undefined, ...said })

const example = (rule: string) => `-- release:allow ${rule} "why it is safe now"`

const noRule = (fault: string | undefined): Said => ({
  message: `A waiver names no rule${fault === undefined ? '' : `: ${fault}`}.`,
  why: 'Without a rule it is not known what it allows.',
  instead: `Name the rule that the finding ends with:\n${example('drop-column')}`,
})

function unknownRule(rule: string, rules: readonly string[]): Said {
  const meant = nearest(rule, rules)
  const own = waiverRules.some(({ name }) => name === rule)
  return {
    message: own ? `Findings of ${rule} cannot be waived.` : `There is no rule ${rule} that could be waived.`,
    why: own ? 'What is wrong with a waiver is mended at the waiver.' : 'So this waiver allows nothing.',
    instead:
      own || meant === undefined
        ? 'Name the rule that the finding ends with; docs/hazards.md lists them all.'
        : `Write ${meant} if that is meant:\n${example(meant)}`,
  }
}

const unreadable = (rule: string, fault: string): Said => ({
  message: `The waiver of ${rule} cannot be understood: ${fault}.`,
  why: 'So it allows nothing.',
  instead: `Write the rule, the reason in quotes, and the last day if it has one:\n${example(rule)} until 2027-03-01`,
})

const withoutReason = (rule: string): Said => ({
  message: `The waiver of ${rule} gives no reason.`,
  why: 'Whoever meets it later cannot tell whether it still holds, so it allows nothing.',
  instead: `Say in quotes why it is safe:\n${example(rule)}`,
})

const noDay = (rule: string, until: string): Said => ({
  message: `The waiver of ${rule} ends on ${until === '' ? 'no day' : `"${until}"`}, which is no day of the calendar.`,
  why: 'It is not known how long it counts, so it allows nothing.',
  instead: `Write the last day as year, month and day:\n${example(rule)} until 2027-03-01`,
})

const expired = (rule: string, until: string): Said => ({
  message: `The waiver of ${rule} ended on ${until}.`,
  why: 'It was meant to be looked at again by then, so it allows nothing any more.',
  instead: 'Mend the statement, or see whether the reason still holds and write a later day.',
})

const unused = (rule: string): Said => ({
  message: `The waiver of ${rule} allows nothing: no such hazard was found here.`,
  why: 'A waiver that is left behind would hide the next hazard that comes to stand here.',
  instead: 'Take it away, or put it directly before its statement.',
})

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}
