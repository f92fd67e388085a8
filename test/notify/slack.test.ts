import { expect, it } from 'vitest'
import { failedError } from '../../src/core/errors.js'
import { noWork } from '../../src/core/outcome.js'
import { isWanted, noticeLevels, reportOf, type Ending } from '../../src/core/report.js'
import { slackMessage } from '../../src/notify/slack.js'

const facts = {
  app: 'chart',
  release: 'v5',
  commit: '9f8c2d41aa',
  dyno: 'release.4711',
  who: undefined,
  inReleasePhase: true,
  tool: 'release-phase test',
}
const report = (ending: Ending, more: Partial<typeof facts> = {}) =>
  reportOf({ ...facts, ...more }, ending, {
    at: new Date('2026-11-21T13:12:05Z'),
    durationMs: 2514.2,
    redact: (text) => text.replaceAll('hunter2', '[redacted]'),
  })

const step = (name: string) => ({ name, durationMs: 5, lockWaitMs: 0, attempts: 1, inTransaction: true })
const well = { ...noWork, durationMs: 2514, restart: undefined }

const endings = {
  failed: {
    error: failedError('migration-failed', 'It failed: <!channel> & co, password hunter2.', {
      state: 'State of the database: as before.',
      detail: ['Key (email)=(ann@example.com) already exists.'],
      todo: ['Mend the migration and release again.'],
    }),
    applied: ['1_a'],
  },
  applied: {
    outcome: {
      ...well,
      outcome: 'applied',
      applied: ['1_a', '2_b', '3_c', '4_d', '5_e', '6_f'].map(step),
      appliedCount: 9,
      restart: { restarted: true, dynos: ['worker.1', 'web.1'], batches: 2, durationMs: 3 },
    },
  },
  nothing: { outcome: { ...well, outcome: 'nothing', appliedCount: 9 } },
  skipped: { outcome: { ...well, outcome: 'skipped', reason: 'RELEASE_SKIP_MIGRATIONS is set' } },
} as const satisfies Record<string, Ending>

it.each([
  [
    'failed',
    `*chart v5: the release failed*
It failed: &lt;!channel&gt; &amp; co, password [redacted].
State of the database: as before.
-&gt; Mend the migration and release again.
in release.4711, commit 9f8c2d41`,
  ],
  [
    'applied',
    `*chart v5: released* in 2.5 s
Applied 1_a, 2_b, 3_c, 4_d, 5_e and 1 more.
Restarted worker.1, web.1.
in release.4711, commit 9f8c2d41`,
  ],
  ['nothing', '*chart v5: nothing to do*\n9 applied, none pending.\nin release.4711, commit 9f8c2d41'],
  [
    'skipped',
    '*chart v5: the release was skipped*\nRELEASE_SKIP_MIGRATIONS is set.\nin release.4711, commit 9f8c2d41',
  ],
] as const)('a release that ended as "%s" in Slack', (kind, text) => {
  expect(slackMessage(report(endings[kind])).text).toBe(text)
})

it('a release by hand, of an app without a name', () => {
  const { text } = slackMessage(
    report(endings.nothing, {
      app: undefined,
      release: undefined,
      dyno: undefined,
      who: 'ann',
      commit: undefined,
    } as never),
  )
  expect(text).toBe('*An app: nothing to do*\n9 applied, none pending.\nby hand by ann')
})

it('a long error is cut', () => {
  const { text } = slackMessage(report({ error: new Error('x'.repeat(100_000)), applied: [] }))
  expect(text.length).toBeLessThan(3100)
})

it('rows of the database that an error quotes are in no report', () => {
  expect(JSON.stringify(report(endings.failed))).not.toContain('ann@example.com')
})

it('who wants to know what', () => {
  const wanted = noticeLevels.map((level) =>
    Object.entries(endings).flatMap(([kind, ending]) => (isWanted(level, report(ending)) ? [kind] : [])),
  )
  expect(wanted).toEqual([['failed'], ['failed', 'applied'], ['failed', 'applied', 'nothing', 'skipped']])
})
