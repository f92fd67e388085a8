import { spawn, type ChildProcess } from 'node:child_process'

/** Keeps the list of process groups that must not outlive this process. */
export interface Orphanage {
  add(groupId: number): void
  remove(groupId: number): void
  close(): void
}

// Reads `+ PGID` and `- PGID`. The pipe closes when our process ends, by whatever signal, SIGKILL too.
const watcher = `
groups=
while read -r sign group; do
  case $sign in
    +) groups="$groups $group" ;;
    -) rest=
       for each in $groups; do [ "$each" = "$group" ] || rest="$rest $each"; done
       groups=$rest ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
`

/**
 * Sees to it that dynos die with the process that started them. A tiny shell in a session of its own
 * holds the other end of a pipe; when the pipe closes it kills every process group still on its list.
 * So no signal handler is needed here, Ctrl-C and SIGTERM keep their meaning, and SIGKILL is covered too.
 * The shell starts with the first group.
 */
export function createOrphanage(): Orphanage {
  let shell: ChildProcess | undefined
  const tell = (line: string) => {
    shell ??= startWatcher()
    shell.stdin?.write(`${line}\n`)
  }
  return {
    add: (groupId) => tell(`+ ${groupId}`),
    remove: (groupId) => tell(`- ${groupId}`),
    close: () => {
      shell?.stdin?.end()
      shell = undefined
    },
  }
}

function startWatcher(): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', watcher], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  })
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  // A pipe to a child is a socket underneath, and only a socket can be told not to keep the process alive.
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref()
  return shell
}
