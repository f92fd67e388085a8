import { constants } from 'node:os'

/**
 * What an exit status says of a command that failed: the end of a sentence, and what to do.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02
 */
export function meaningOf(status: number): { readonly why: string; readonly todo: string } {
  if (status === 127) {
    return {
      why: ': the shell did not find a command',
      todo: 'Is it in the slug? Heroku removes devDependencies (and gems of other groups) after the build.',
    }
  }
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === status - 128) ?? []
  // https://devcenter.heroku.com/articles/error-codes#r15-memory-quota-vastly-exceeded
  return signal === 'SIGKILL'
    ? {
        why: ', which is SIGKILL',
        todo: 'Somebody killed it; in a dyno mostly for its memory (R15 in heroku logs): give it a larger dyno.',
      }
    : {
        why: signal === undefined ? '' : `, which is ${signal}`,
        todo: 'Its own words are above. Mend the cause and release again.',
      }
}
