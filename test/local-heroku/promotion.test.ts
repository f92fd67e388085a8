import { describe, expect, it } from 'vitest'
import type { LocalApp } from '../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { call, eventually, startHeroku, webSlug } from './support.js'

const app = ({ id }: { readonly id: string }) => ({ app: { id } })

async function post(heroku: LocalHeroku, pipeline: string, source: LocalApp, targets: readonly LocalApp[]) {
  const body = { pipeline: { id: pipeline }, source: app(source), targets: targets.map(app) }
  return await call(heroku, 'POST', '/pipeline-promotions', { body })
}

async function startPipeline() {
  const heroku = await startHeroku()
  const [staging, production, other] = [
    await heroku.createApp({ name: 'staging' }),
    await heroku.createApp({ name: 'production', configVars: { OUTCOME: 'exit 0' } }),
    await heroku.createApp({ name: 'other', configVars: { OUTCOME: 'exit 3' } }),
  ]
  const pipeline = heroku.createPipeline('shop')
  pipeline.add(staging, 'staging')
  pipeline.add(production, 'production')
  pipeline.add(other, 'production')
  return { heroku, pipeline, staging, production, other }
}

describe('a promotion through the API', () => {
  it('releases the code in every target, and is completed when their release phases are over', async () => {
    const { heroku, pipeline, staging, production, other } = await startPipeline()
    await staging.push(await webSlug('one', 'release: $OUTCOME'))
    const reply = await post(heroku, pipeline.id, staging, [production, other])
    const { id } = reply.body as { id: string }
    expect(reply).toMatchObject({
      status: 201,
      body: {
        status: 'pending',
        pipeline: { id: pipeline.id },
        source: { app: { id: staging.id }, release: { id: staging.releases().at(-1)?.id } },
      },
    })
    const path = `/pipeline-promotions/${id}`
    const completed = await eventually(async () => {
      const { body } = await call(heroku, 'GET', path)
      return (body as { status: string }).status === 'completed' && body
    }, 'the promotion is completed')
    expect(completed).toMatchObject({ id })
    // Lists come in the order of their ids.
    const { body } = await call(heroku, 'GET', `${path}/promotion-targets`)
    const targets = body as { status: string }[]
    expect(targets.toSorted((a, b) => b.status.localeCompare(a.status))).toMatchObject([
      {
        app: { id: production.id },
        pipeline_promotion: { id },
        release: { id: production.releases().at(-1)?.id },
        status: 'succeeded',
        error_message: null,
      },
      { app: { id: other.id }, status: 'failed', error_message: expect.any(String) as string },
    ])
    await production.waitForDynos()
    expect(await (await fetch(production.routerUrl)).text()).toBe('one')
  })

  it('is refused for an app without code, an app elsewhere, itself, nobody, and an unknown pipeline', async () => {
    const { heroku, pipeline, staging, production } = await startPipeline()
    const stranger = await heroku.createApp()
    expect(await post(heroku, pipeline.id, staging, [production])).toMatchObject({ status: 422 })
    await staging.push(await webSlug('one'))
    expect(await post(heroku, pipeline.id, staging, [stranger])).toMatchObject({ status: 422 })
    expect(await post(heroku, pipeline.id, staging, [staging])).toMatchObject({ status: 422 })
    expect(await post(heroku, pipeline.id, staging, [])).toMatchObject({ status: 422 })
    expect(await post(heroku, 'nowhere', staging, [production])).toMatchObject({
      status: 404,
      body: { message: "Couldn't find that pipeline." },
    })
    expect(await call(heroku, 'GET', '/pipeline-promotions/none')).toMatchObject({ status: 404 })
    expect(production.releases()).toHaveLength(2)
  })
})
