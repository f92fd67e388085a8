import type { Rule } from '../rule.js'
import { addColumnRules } from './add-column.js'
import { checkRules } from './checks.js'
import { columnTypeRules } from './column-types.js'
import { columnRules } from './columns.js'
import { concurrentlyRules } from './concurrently.js'
import { constraintNameRules } from './constraint-names.js'
import { dataRules } from './data.js'
import { defaultRules } from './defaults.js'
import { domainRules } from './domains.js'
import { dropTypeRules } from './drop-types.js'
import { dropRules } from './drops.js'
import { enforcementRules } from './enforcement.js'
import { enumRules } from './enums.js'
import { grantRules } from './grants.js'
import { heldLockRules } from './held-locks.js'
import { foreignKeyRules } from './foreign-keys.js'
import { indexRules } from './indexes.js'
import { keyRules } from './keys.js'
import { notNullRules } from './not-null.js'
import { overloadRules } from './overloads.js'
import { partitionRules } from './partitions.js'
import { rowSecurityRules } from './row-security.js'
import { renameRules } from './renames.js'
import { sessionRules } from './session.js'
import { tableKeyRules } from './table-keys.js'
import { tableWorkRules } from './table-work.js'
import { triggerRules } from './triggers.js'
import { uniqueIndexRules } from './unique-indexes.js'
import { viewRules } from './views.js'

/** Every rule of the judge. A new family is named here, and nowhere else. */
export const allRules: readonly Rule[] = [
  ...addColumnRules,
  ...checkRules,
  ...columnRules,
  ...columnTypeRules,
  ...concurrentlyRules,
  ...constraintNameRules,
  ...dataRules,
  ...defaultRules,
  ...domainRules,
  ...dropRules,
  ...dropTypeRules,
  ...enforcementRules,
  ...enumRules,
  ...grantRules,
  ...heldLockRules,
  ...foreignKeyRules,
  ...indexRules,
  ...keyRules,
  ...notNullRules,
  ...overloadRules,
  ...partitionRules,
  ...rowSecurityRules,
  ...renameRules,
  ...sessionRules,
  ...tableKeyRules,
  ...tableWorkRules,
  ...triggerRules,
  ...uniqueIndexRules,
  ...viewRules,
]
