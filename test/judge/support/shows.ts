import type { Rule } from '../../../src/judge/rule.js'
import type { Truth } from './truth.js'

/** What a bad example should have done on a server and did not; nothing: it shows the danger. */
export function unshown(rule: Rule, truth: Truth): string[] {
  const { stalls, locks, breaks, differs, fails } = truth
  const shows = rule.bad.shows ?? usual(rule, truth)
  if (shows === 'failure') return fails === undefined ? ['the migration did not fail'] : []
  if (fails !== undefined) return [`it fails: ${fails.message}`]
  switch (shows) {
    case 'another answer':
      return differs === undefined ? ['every answer is the same as before'] : []
    case 'short lock':
      return locks.length === 0 ? ['no lock stops running code'] : []
    case 'stall':
      return stalls === undefined ? ['no work is done under a lock that stops running code'] : []
    case 'break': {
      if (breaks === undefined) return ['running code goes on working']
      if (rule.sqlstates?.includes(breaks.sqlstate) === true) return []
      return [`running code gets ${breaks.sqlstate}, which the rule does not tell of: ${breaks.message}`]
    }
  }
}

function usual({ hazard }: Rule, { stalls }: Truth): 'stall' | 'break' | 'failure' {
  if (hazard === 'compatibility') return 'break'
  return hazard === 'order' && stalls === undefined ? 'failure' : 'stall'
}

/** What a good example did on a server and should not have. */
export function harm(rule: Rule, { stalls, locks, breaks, differs, fails }: Truth): string[] {
  const { shows } = rule.bad
  return [
    ...(fails === undefined ? [] : [`it fails: ${fails.message}`]),
    ...(stalls === undefined
      ? []
      : [`${stalls.lock} on ${stalls.table}, ${stalls.work}: ${stalls.statement}`]),
    ...(breaks === undefined || rule.good.contract === true
      ? []
      : [`${breaks.sqlstate}: ${breaks.statement}`]),
    ...(differs === undefined || shows !== 'another answer' ? [] : [`another answer: ${differs}`]),
    ...(shows === 'short lock' ? locks.map(({ lock, table }) => `${lock} on ${table}`) : []),
  ]
}
