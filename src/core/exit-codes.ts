/**
 * What the command's exit status means; the numbers between 64 and 78 are those of `sysexits.h`.
 * A signal ends with 128 plus its number, as a shell reports it.
 */
export const exitCodes = {
  done: 0,
  failed: 1,
  findings: 2,
  usage: 64,
  unavailable: 69,
  tryAgain: 75,
  configuration: 78,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
