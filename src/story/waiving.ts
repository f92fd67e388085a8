import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waiversExported, waiversInCode } from '../judge/waivers/in-code.js'
import type { WaiverFor } from '../judge/waivers/waiver.js'
import { readWaiverFile } from '../judge/waivers/waiver-file.js'
import { shownPath } from '../migrations/failure.js'
import type { LoadedMigration } from '../migrations/load.js'

const fileName = 'release-phase.waivers.json'

/** The waivers of the app's central file; none where there is no such file. Throws 78 where it cannot be read. */
export async function centralWaivers(folder: string): Promise<WaiverFor[]> {
  let text: string
  try {
    text = await readFile(join(folder, fileName), 'utf8')
  } catch {
    return []
  }
  return readWaiverFile(text, fileName)
}

/** The waivers in the code of a migration; those of a SQL file stand in its SQL, where the judge finds them. */
export function waiversOf(migration: LoadedMigration): WaiverFor[] {
  if (migration.kind === 'sql') return []
  const { source, file, allow } = migration
  const path = shownPath(file)
  return [...waiversInCode(source, path), ...waiversExported(allow, source, path)]
}
