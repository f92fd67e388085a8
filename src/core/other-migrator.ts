import { configurationError } from './errors.js'
import { createRedactor } from './redact.js'

const redact = createRedactor([])

/** A command in one line, without the password of a URL in it: its name in the log and in the ledger. */
export const nameCommand = (command: string): string => redact(command.replaceAll(/\s+/g, ' ').trim())

/** Refuses (78) a command that would wait for the lock that this run holds while the command runs. */
export function refuseOwnLock(command: string): void {
  const why = whyItWaits(command)
  if (why === undefined) return
  throw configurationError('migrate-command', `migrate.command is "${nameCommand(command)}", ${why}.`, {
    todo: [
      'Take migrate.command away: without it, release migrate runs the files of the migrations folder itself.',
    ],
  })
}

function whyItWaits(command: string): string | undefined {
  if (/\brelease(?:-phase)?\s+migrate\b/.test(command)) return 'which would call itself'
  // https://salsita.github.io/node-pg-migrate/cli
  if (/\bnode-pg-migrate\b/.test(command) && !/--no-lock\b/.test(command)) {
    return 'which would wait for the release lock, since the two share it'
  }
  return undefined
}
