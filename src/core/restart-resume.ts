import type { RestartSelection } from './restart.js'

/**
 * The command that goes on where a restart stopped. Nothing is kept anywhere: what it still has to do are the dynos
 * that were started before the restart began, by Heroku's clock, and those that are down.
 */
export function resumeCommand(app: string, selection: RestartSelection, begunAt: Date): string {
  const { types = [], dynos = [], olderThan, stuckSince } = selection
  const moment = olderThan ?? stuckSince ?? begunAt
  return [
    `release restart --app ${app}`,
    ...types.map((type) => `--type ${type}`),
    ...dynos.map((dyno) => `--dyno ${dyno}`),
    `--older-than ${toSecond(moment)}`,
  ].join(' ')
}

/** `2026-11-21T16:07:30Z`, the form and the precision of Heroku's own times. */
const toSecond = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`

/** Reads `10m` as an age, or a moment such as `2026-11-21T16:07:30Z`; undefined for anything else. */
export function parseMoment(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? undefined : at
}
