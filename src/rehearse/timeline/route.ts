import type { SeenRequest } from '../recording.js'

/** Method and path without what differs from visitor to visitor: `GET /charts/:id`. */
export const routeOf = ({ method, path }: Pick<SeenRequest, 'method' | 'path'>): string =>
  `${method} ${(path.split('?')[0] ?? '').split('/').map(part).join('/')}`

const part = (text: string) =>
  /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{24,})$/i.test(text) ? ':id' : text
