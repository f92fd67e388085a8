import { configurationError } from '../../core/errors.js'
import type { Hooks } from '../../core/hooks.js'
import type { MigrateOutcome } from '../../core/outcome.js'
import type { Progress } from '../../core/progress.js'
import { reportOf, type Ending } from '../../core/report.js'
import type { Channels } from '../../notify/notify.js'
import { runFacts, type World } from '../world.js'
import { createHooks } from './hooking.js'

const deadlineMs = 10_000

/** A release with hooks, after which others are told. Throws 78 for a webhook without a secret, before anything. */
export async function releaseTold(
  world: World,
  progress: Progress,
  release: (hooks: Hooks) => Promise<MigrateOutcome>,
): Promise<MigrateOutcome> {
  const channels = channelsOf(world)
  const startedAt = performance.now()
  const hooks = createHooks(world, {
    ...runFacts(world),
    in_release_phase: world.surroundings.inReleasePhase,
  })
  const elapsedMs = () => performance.now() - startedAt
  try {
    const outcome = await release(hooks)
    await hooks.end()
    await tell(world, channels, { outcome }, elapsedMs())
    return outcome
  } catch (error) {
    await hooks.end(error)
    await tell(world, channels, { error, applied: progress.applied.map(({ name }) => name) }, elapsedMs())
    throw error
  }
}

function channelsOf({ config }: World): Channels {
  const { webhookUrl, webhookSecret, webhookOn, slackUrl, slackOn } = config
  if (webhookUrl !== undefined && webhookSecret === undefined) {
    throw configurationError(
      'webhook-secret-missing',
      'RELEASE_WEBHOOK_URL is set and RELEASE_WEBHOOK_SECRET is not.',
      {
        todo: [
          'Make one, and give it to the receiver as well: echo whsec_$(openssl rand -base64 32)',
          'Nothing was touched. docs/hooks.md shows how a receiver verifies what it gets.',
        ],
      },
    )
  }
  return {
    webhook:
      webhookUrl === undefined || webhookSecret === undefined
        ? undefined
        : { url: webhookUrl, secret: webhookSecret, on: webhookOn },
    slack: slackUrl === undefined ? undefined : { url: slackUrl, on: slackOn },
  }
}

async function tell(world: World, channels: Channels, ending: Ending, durationMs: number): Promise<void> {
  if (channels.webhook === undefined && channels.slack === undefined) return
  const { redact, surroundings, log } = world
  const facts = { ...runFacts(world), inReleasePhase: surroundings.inReleasePhase }
  const { notify } = await import('../../notify/notify.js')
  const report = reportOf(facts, ending, { at: new Date(), durationMs, redact })
  for (const { channel, host, reason } of await notify(channels, report, deadlineMs)) {
    log.warn('notify', `${channel} was not told: ${host} ${reason}`)
  }
}
