import { formatDuration } from './duration.js'
import { nameSome } from './names.js'

/** `Restarted web.1, web.2 of chart in 1 min 2 s, each up before the next.` */
export function describeRestarted(
  restart: { readonly dynos: readonly string[]; readonly batches: number; readonly durationMs: number },
  app?: string,
): string {
  const { dynos, batches, durationMs } = restart
  const of = app === undefined ? '' : ` of ${app}`
  const inTurn =
    batches < dynos.length
      ? `in ${batches} ${batches === 1 ? 'batch' : 'batches'}`
      : 'each up before the next'
  return `Restarted ${nameSome(dynos)}${of} in ${formatDuration(durationMs)}, ${inTurn}.`
}
