import { randomUUID } from 'node:crypto'
import { isWanted, type NoticeLevel, type Report } from '../core/report.js'
import { deliver, type Delivery } from './deliver.js'
import { signedHeaders } from './signature.js'
import { slackMessage } from './slack.js'

/** Where somebody is told, and of what. */
export interface Channels {
  readonly webhook: { readonly url: string; readonly secret: string; readonly on: NoticeLevel } | undefined
  readonly slack: { readonly url: string; readonly on: NoticeLevel } | undefined
}

/** Somebody who was not told. `host` alone, since the rest of such an address is a secret. */
export interface Untold {
  readonly channel: 'the webhook' | 'Slack'
  readonly host: string
  readonly reason: string
}

/** Tells everybody who wants to know, all at once and for `deadlineMs` at most; resolves with who was not told. */
export async function notify(
  { webhook, slack }: Channels,
  report: Report,
  deadlineMs: number,
): Promise<readonly Untold[]> {
  const signal = AbortSignal.timeout(deadlineMs)
  const tell = async (channel: Untold['channel'], delivery: Delivery): Promise<Untold[]> => {
    const reason = await deliver(delivery, signal)
    return reason === undefined ? [] : [{ channel, host: new URL(delivery.url).host, reason }]
  }
  const told = await Promise.all([
    webhook !== undefined && isWanted(webhook.on, report) ? tell('the webhook', signed(webhook, report)) : [],
    slack !== undefined && isWanted(slack.on, report)
      ? tell('Slack', { url: slack.url, body: JSON.stringify(slackMessage(report)), headers: () => ({}) })
      : [],
  ])
  return told.flat()
}

function signed({ url, secret }: { url: string; secret: string }, report: Report): Delivery {
  const id = `msg_${randomUUID()}`
  const body = JSON.stringify(report)
  return { url, body, headers: () => signedHeaders(secret, { id, at: new Date(), body }) }
}
