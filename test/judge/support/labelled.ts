import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Label } from './label.js'

// From the folder in which tests and bench are run: the bench is one file elsewhere.
const path = resolve('test/judge/corpus/labels.json')

/** What a server showed of each case, by the case's name. `npm run test:corpus` shows it anew. */
export async function readLabels(): Promise<ReadonlyMap<string, Label>> {
  const labels = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, string>>
  return new Map(Object.entries(labels).map(([name, text]) => [name, fromText(text)]))
}

export async function writeLabels(labels: ReadonlyMap<string, Label>): Promise<void> {
  const texts = Object.fromEntries([...labels].map(([name, label]) => [name, asText(label)]))
  await writeFile(path, `${JSON.stringify(texts, null, 2)}\n`)
}

/** A line that a person can read: `breaks yes, lock work`. */
export const asText = ({ breaks, lock, fails }: Label): string =>
  fails ? 'fails' : `breaks ${breaks}, lock ${lock}`

function fromText(text: string): Label {
  if (text === 'fails') return { breaks: 'no', lock: 'none', fails: true }
  const [, breaks, lock] = /^breaks (.+), lock (.+)$/.exec(text) ?? []
  return { breaks: breaks as Label['breaks'], lock: lock as Label['lock'], fails: false }
}
