import { deploy } from './deploy.js'
import type { Stage } from './recording.js'
import { renderHtml } from './render/html.js'
import { renderJson } from './render/json.js'
import type { Report } from './render/report.js'
import { renderText } from './render/text.js'
import { exitCodeOf, summarize } from './timeline/summary.js'
import { readTraffic, type Traffic } from './traffic/source.js'
import type { Wishes } from './wishes.js'

/** What is known of a rehearsal besides what it has seen. */
export interface Setting {
  readonly server: string
  readonly tool: string
}

/** Reads the traffic that is wished for, before anything is started. Throws a usage error (64). */
export const prepareTraffic = readTraffic

/** Rehearses a deploy on this machine and says what came of it: as text, as JSON, as a page. */
export async function rehearseDeploy(stage: Stage, wishes: Wishes, traffic: Traffic, setting: Setting) {
  const recording = await deploy(stage, wishes, traffic)
  const summary = summarize(recording, wishes.slowMs)
  const report: Report = {
    recording,
    summary,
    base: stage.base.shown,
    next: stage.next.shown,
    server: setting.server,
    preboot: wishes.preboot,
    traffic: traffic.by === 'command' ? `"${traffic.command}"` : `${wishes.perSecond} requests a second`,
    slowMs: wishes.slowMs,
    tool: setting.tool,
  }
  return {
    exitCode: exitCodeOf(summary.verdict),
    lines: renderText(report),
    json: renderJson(report),
    html: renderHtml(report),
  }
}
