import { createDatabase } from '../../support/postgres.js'
import { truthOn, type Case, type Truth } from './truth.js'

/** What a migration does on the suite's server. */
export const truthOf = async (one: Case): Promise<Truth> => await truthOn(createDatabase, one)
