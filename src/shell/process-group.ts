import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

/** Signals every process of a group; false when none is left. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal)
    return true
  } catch (error) {
    // EPERM means that there is a process, only not ours to signal.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Whether a group still has a process that runs; those that ended and wait to be reaped do not count. */
export function groupRuns(group: number): boolean {
  if (!signalGroup(group, 0)) return false
  if (process.platform !== 'linux') return true
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && runsIn(entry, group))
}

// /proc/PID/stat is `PID (name) STATE PPID PGID ...`, and the name may hold spaces and parentheses.
function runsIn(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, , pgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(pgid) === group && state !== 'Z' && state !== 'X'
  } catch {
    return false
  }
}

// Reads a word that says that all is well; an end without it means that the other side is gone.
const watcher = 'read -r word || kill -s KILL -- "-$1"'

/**
 * Sees to it that a group dies with this process, by SIGKILL too: a tiny shell in a session of its own holds
 * the other end of a pipe, which closes however this process ends. Call `release` when the group is gone.
 */
export function leashGroup(group: number): { release(): void } {
  const shell = spawn('/bin/sh', ['-c', watcher, 'sh', String(group)], {
    detached: true,
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  return { release: () => void shell.stdin.end('well\n') }
}
