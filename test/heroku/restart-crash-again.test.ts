import { expect, it } from 'vitest'
import { eventually, startHeroku } from '../local-heroku/support.js'
import { idsOf, rejectionOf, restart, simulatedApp } from './restart-support.js'

it('a dyno that crashes at every boot ends the restart, although Heroku starts it again at once', async () => {
  const heroku = await startHeroku({ timing: { crashPausesMs: [0, 3_600_000] } })
  const app = await simulatedApp(heroku, { web: 2 }, ({ name, starts }) =>
    name === 'web.1' && starts > 1 ? 'crashed' : 'up',
  )
  await eventually(() => app.dynos().every(({ state }) => state === 'up'), 'the first boot')
  const { 'web.2': untouched } = idsOf(app)
  // So long that even the slowest machine has seen a crash by then.
  const error = await rejectionOf(restart(heroku, app, { settleMs: 50_000 }))
  expect(error).toMatchObject({ code: 'restart-crashed', exitCode: 1 })
  expect(error).toHaveProperty('message', expect.stringContaining(`web.1 of ${app.name} crashed`))
  expect(idsOf(app)['web.2']).toBe(untouched)
})
