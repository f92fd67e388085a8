import { configurationError, type ReleaseError } from '../../core/errors.js'

/** `where`: a file, with the line where it is known. */
export const unreadable = (where: string, why: string): ReleaseError =>
  configurationError('queries-unreadable', `The queries ${where} cannot be read: ${why}.`, {
    todo: [
      'Each line is a JSON object: {"text":"SELECT ...","name":"...","site":"routes/orders.js:41"}; a .sql file holds statements alone. See docs/queries.md.',
    ],
  })
