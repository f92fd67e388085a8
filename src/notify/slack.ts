import { formatDuration } from '../core/duration.js'
import type { Report, ReportedError } from '../core/report.js'

const mostCharacters = 3000
const namesShown = 5

/**
 * A report in a few lines, in the shape of Slack's incoming webhooks.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
 */
export function slackMessage({ type, data }: Report): { readonly text: string } {
  const name = [data.app ?? 'An app', data.release].filter(Boolean).join(' ')
  const lines =
    data.error === null
      ? endedWell(name, { type, data })
      : [`*${name}: the release failed*`, ...told(data.error)]
  const text = [...lines, whereFrom(data)].join('\n')
  return { text: escaped(text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text) }
}

const told = ({ message, state, todo }: ReportedError): string[] => [
  message,
  ...(state === null ? [] : [state]),
  ...todo.map((line) => `-> ${line}`),
]

function endedWell(name: string, { type, data }: Pick<Report, 'type' | 'data'>): string[] {
  const { applied, appliedCount, restarted, reason, durationMs } = data
  if (type === 'release.skipped') return [`*${name}: the release was skipped*`, `${reason ?? ''}.`]
  if (type === 'release.nothing')
    return [`*${name}: nothing to do*`, `${appliedCount ?? 0} applied, none pending.`]
  const more = applied.length - namesShown
  const names = `${applied.slice(0, namesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return [
    `*${name}: released* in ${formatDuration(durationMs)}`,
    `Applied ${names}.`,
    ...(restarted === null || restarted.length === 0 ? [] : [`Restarted ${restarted.join(', ')}.`]),
  ]
}

function whereFrom({ dyno, who, commit }: Report['data']): string {
  const place = dyno === null ? `by hand by ${who ?? 'somebody'}` : `in ${dyno}`
  return `${place}${commit === null ? '' : `, commit ${commit.slice(0, 8)}`}`
}

// So that a name such as <!channel> in an error calls nobody.
// https://docs.slack.dev/messaging/formatting-message-text#escaping
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
