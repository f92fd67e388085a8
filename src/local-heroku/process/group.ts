import { readFileSync, readdirSync } from 'node:fs'

/** Signals every process of a group; false when none is left. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal)
    return true
  } catch (error) {
    // EPERM means that there is a process, only not ours to signal.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether a group still has a process that runs; those that ended and wait to be reaped do not count. */
export function groupRuns(groupId: number): boolean {
  if (!signalGroup(groupId, 0)) return false
  if (process.platform !== 'linux') return true
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && runsIn(entry, groupId))
}

// /proc/PID/stat is `PID (name) STATE PPID PGID ...`, and the name may hold spaces and parentheses.
function runsIn(pid: string, groupId: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(group) === groupId && state !== 'Z' && state !== 'X'
  } catch {
    return false
  }
}
