import { beforeAll, expect, it } from 'vitest'
import { commands } from '../../src/commands/index.js'
import { exitCodes } from '../../src/core/exit-codes.js'
import { createScene, type Scene } from '../support/scene.js'

let scene: Scene

beforeAll(async () => {
  scene = await createScene({})
})

it.each(['', 'help', '--help', '-h'])('release %s prints the commands and ends with 0', async (words) => {
  const result = await scene.release(words, { DATABASE_URL: undefined })
  expect(result).toMatchObject({ exitCode: 0, stderr: '' })
  for (const name of Object.keys(commands)) expect(result.stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
})

it.each(Object.keys(commands))(
  'release %s --help names its flags, fits a terminal and needs no database',
  async (name) => {
    const result = await scene.release(`${name} --help`, {
      DATABASE_URL: undefined,
      RELEASE_LOCK_WAIT: 'wrong',
    })
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    expect(result.stdout).toMatch(new RegExp(`^Usage: release ${name}`))
    expect(result.stdout).toContain('--json')
    const widths = result.stdout.split('\n').map((line) => line.length)
    expect(Math.max(...widths)).toBeLessThanOrEqual(110)
  },
)

it('what a flag turns off, its help says not to do', async () => {
  const { stdout } = await scene.release('migrate --help')
  expect(stdout).toMatch(/^ {2}--no-check-order +Do not refuse a pending migration that is older/m)
})

it('the general help names every exit code', async () => {
  const { stdout } = await scene.release('--help')
  for (const code of Object.values(exitCodes)) expect(stdout).toMatch(new RegExp(`(^|[ ,])${code}[ ,]`, 'm'))
})

it('release --version prints the version of the package', async () => {
  const result = await scene.release('--version')
  expect(result.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
