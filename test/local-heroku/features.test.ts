import { expect, it } from 'vitest'
import { call, startHeroku, webSlug } from './support.js'

it('features of an app are listed, shown and turned by name', async () => {
  const heroku = await startHeroku()
  const app = await heroku.createApp({ preboot: true })
  const path = `/apps/${app.name}/features`
  expect((await call(heroku, 'GET', path)).body).toMatchObject([
    { name: 'preboot', enabled: true },
    { name: 'runtime-dyno-metadata', enabled: false },
  ])
  const one = `${path}/runtime-dyno-metadata`
  const turned = await call(heroku, 'PATCH', one, { body: { enabled: true } })
  expect(turned).toMatchObject({ status: 200, body: { name: 'runtime-dyno-metadata', enabled: true } })
  expect((await call(heroku, 'GET', one)).body).toEqual(turned.body)
  expect((await call(heroku, 'GET', `${path}/preboot`)).body).toMatchObject({ enabled: true })
  expect(await call(heroku, 'GET', `${path}/time-travel`)).toMatchObject({
    status: 404,
    body: { message: "Couldn't find that feature." },
  })
})

it('dynos that start after runtime-dyno-metadata was turned on know their app', async () => {
  const heroku = await startHeroku()
  const app = await heroku.createApp()
  await app.push(await webSlug('one', 'release: echo "app $HEROKU_APP_NAME, $HEROKU_RELEASE_VERSION"'))
  await call(heroku, 'PATCH', `/apps/${app.name}/features/runtime-dyno-metadata`, { body: { enabled: true } })
  await app.setConfigVars({ COLOUR: 'red' })
  expect(app.releaseOutput(3)).toEqual(['app , '])
  expect(app.releaseOutput(4)).toEqual([`app ${app.name}, v4`])
})
