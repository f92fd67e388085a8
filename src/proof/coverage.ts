import type { ProofReport, Untried } from '../core/proof.js'
import type { Query } from '../core/query.js'
import type { Live } from './live.js'
import type { State } from './replay/state.js'
import type { Schemas } from './schemas/schemas.js'
import type { Databases } from './scratch/databases.js'
import type { ScratchServer } from './scratch/server.js'
import type { Left } from './statements.js'
import type { Tried } from './verdict/observation.js'

export interface Covered {
  readonly queries: readonly Query[]
  readonly statements: readonly Tried[]
  readonly left: readonly Left[]
  readonly before: State
  readonly schemas: Schemas
  readonly server: ScratchServer
  readonly databases: Databases
  readonly live: Live | undefined
}

/** How much of the running code was tried, and what was not, and why. */
export function coverageOf(covered: Covered): Omit<ProofReport, 'durationMs'> {
  const { queries, statements, left, before, schemas, server, databases, live } = covered
  const places = new Map<string, string[]>()
  const note = (why: string, place: string) => places.set(why, [...(places.get(why) ?? []), place])
  for (const { query, why } of left) note(why, query.sites[0] ?? query.readAt)
  for (const statement of statements) {
    const refusal = before.observations.get(statement)?.refusal
    if (refusal === undefined) continue
    const why = `fails on the schema of the running code already (${refusal.sqlstate}: ${refusal.message})`
    note(why, statement.sites[0] ?? statement.readAt)
  }
  const untold = new Set([...left.map(({ query }) => query.readAt), ...failing(covered)])
  const untried = [...places].map(([why, all]): Untried => ({
    why,
    count: all.length,
    places: all.slice(0, 5),
  }))
  const major = Math.floor(databases.serverVersion / 10_000)
  return {
    queries: queries.length,
    tried: queries.filter(({ readAt }) => !untold.has(readAt)).length,
    untried,
    base: schemas.shown,
    migrations: schemas.pending.map(({ file }) => file.name),
    server: `${server.shown}, PostgreSQL ${major}`,
    remarks: [...schemas.remarks, ...versionRemark(major, live)],
  }
}

const failing = ({ statements, before }: Covered) =>
  statements
    .filter((statement) => before.observations.get(statement)?.refusal !== undefined)
    .map(({ readAt }) => readAt)

function versionRemark(major: number, live: Live | undefined): string[] {
  const inUse = live === undefined ? major : Math.floor(live.serverVersion / 10_000)
  return inUse === major
    ? []
    : [
        `The scratch server is PostgreSQL ${major}, the live database PostgreSQL ${inUse}: RELEASE_SCRATCH_URL can name one of the same version.`,
      ]
}
