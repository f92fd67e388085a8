import type { Rule } from '../rule.js'
import { columnRules } from './columns.js'
import { concurrentlyRules } from './concurrently.js'
import { indexRules } from './indexes.js'
import { uniqueIndexRules } from './unique-indexes.js'

/** Every rule of the judge. A new family is named here, and nowhere else. */
export const allRules: readonly Rule[] = [
  ...columnRules,
  ...concurrentlyRules,
  ...indexRules,
  ...uniqueIndexRules,
]
