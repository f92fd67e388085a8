import type { Rule } from '../rule.js'
import { columnRules } from './columns.js'
import { indexRules } from './indexes.js'

/** Every rule of the judge. A new family is named here, and nowhere else. */
export const allRules: readonly Rule[] = [...columnRules, ...indexRules]
