/** The steps of the story, in its order, and what stands beside them; every log line belongs to one. */
export const storySteps = [
  'gate',
  'connect',
  'lock',
  'plan',
  'judge',
  'maintain',
  'apply',
  'restart',
  'tail',
  'rollback',
  'rehearse',
  'hook',
  'notify',
  'prove',
] as const
export type StoryStep = (typeof storySteps)[number]

/** Where the story tells what it does. Lines are sentences without secrets; `facts` are for machines. */
export interface Log {
  info(step: StoryStep, line: string, facts?: Readonly<Record<string, unknown>>): void
  warn(step: StoryStep, line: string, facts?: Readonly<Record<string, unknown>>): void
}

/** A log that nobody reads. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined }
