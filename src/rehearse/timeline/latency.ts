import type { SeenRequest } from '../recording.js'

/** How long a request took, in the router's eyes. */
export const latencyOf = ({ atMs, endMs }: Pick<SeenRequest, 'atMs' | 'endMs'>) => endMs - atMs
