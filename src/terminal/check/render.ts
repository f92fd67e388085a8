import { renderGithub } from './github.js'
import { renderJunit } from './junit.js'
import { renderMarkdown } from './markdown.js'
import type { CheckReport } from './report.js'
import { renderSarif } from './sarif.js'
import { renderText } from './text.js'

/** Ways to show a report, as `--format` names them. */
export const checkFormats = ['text', 'github', 'sarif', 'junit', 'markdown'] as const

export type CheckFormat = (typeof checkFormats)[number]

/** The lines of a report in a format; `tool` is the name and version of this one. */
export function renderCheck(report: CheckReport, format: CheckFormat, tool: string): string[] {
  const renderers: Readonly<Record<CheckFormat, () => string[]>> = {
    text: () => renderText(report),
    github: () => renderGithub(report),
    sarif: () => renderSarif(report, tool),
    junit: () => renderJunit(report),
    markdown: () => renderMarkdown(report),
  }
  return renderers[format]()
}
