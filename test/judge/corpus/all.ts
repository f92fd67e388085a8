import { alterCases } from './alters.js'
import { behaviourCases } from './behaviour.js'
import type { CorpusCase } from './case.js'
import { codeCases } from './code.js'
import { columnCases } from './columns.js'
import { constraintCases } from './constraints.js'
import { everydayCases } from './everyday.js'
import { expressionCases } from './expressions.js'
import { indexCases } from './indexes.js'
import { mixedCases } from './mixed.js'
import { nameCases } from './names.js'
import { planCases } from './plans.js'
import { relationCases } from './relations.js'
import { rowCases } from './rows.js'
import { storedCases } from './stored.js'
import { typeCases } from './types.js'

/** Every case of the corpus. */
export const corpus: readonly CorpusCase[] = [
  ...everydayCases,
  ...columnCases,
  ...typeCases,
  ...constraintCases,
  ...indexCases,
  ...relationCases,
  ...behaviourCases,
  ...rowCases,
  ...mixedCases,
  ...nameCases,
  ...alterCases,
  ...expressionCases,
  ...storedCases,
  ...planCases,
  ...codeCases,
]
