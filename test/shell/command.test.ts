import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { startCommand, statusOf } from '../../src/shell/command.js'
import { groupRuns } from '../../src/shell/process-group.js'

const start = (command: string, lines: string[] = []) =>
  startCommand({
    command,
    folder: tmpdir(),
    environment: { PATH: process.env['PATH'] },
    onLine: (line) => void lines.push(line),
  })

it('gives the lines of stdout and stderr, and the exit status', async () => {
  const lines: string[] = []
  const end = await start('echo one; echo two >&2; printf three; exit 7', lines).ended
  expect(lines.toSorted()).toEqual(['one', 'three', 'two'])
  expect(statusOf(end)).toBe(7)
})

it('what the command leaves running in its group ends with it', async () => {
  const lines: string[] = []
  const end = await start('sleep 600 & echo $$', lines).ended
  expect(statusOf(end)).toBe(0)
  expect(Number(lines[0])).toBeGreaterThan(1)
  await expect.poll(() => groupRuns(Number(lines[0])), { timeout: 20_000 }).toBe(false)
})

it('ends with SIGKILL what does not heed the signal within its grace', async () => {
  const lines: string[] = []
  const running = start(`trap '' TERM; echo up; while :; do sleep 0.05; done`, lines)
  await expect.poll(() => lines, { timeout: 20_000 }).toEqual(['up'])
  running.stop('SIGTERM', 100)
  expect(await running.ended).toMatchObject({ signal: 'SIGKILL' })
})

it('a signal after the end reaches nobody', async () => {
  const running = start('true')
  const end = await running.ended
  running.stop('SIGKILL', 1)
  expect(statusOf(end)).toBe(0)
})

it('a folder that is not there is an end with 127', async () => {
  const lines: string[] = []
  const running = startCommand({
    command: 'true',
    folder: '/no/such/folder',
    environment: {},
    onLine: (line) => void lines.push(line),
  })
  expect(statusOf(await running.ended)).toBe(127)
  expect(lines.join('\n')).toContain('ENOENT')
})
