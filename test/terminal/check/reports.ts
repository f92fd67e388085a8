import type { Finding } from '../../../src/core/finding.js'
import type { CheckReport } from '../../../src/terminal/check/report.js'

const source = 'CREATE INDEX i ON users (id);\n\tALTER TABLE users DROP COLUMN nickname;\nSELECT 1;\n'

export const breaking: Finding = {
  file: 'migrations/1_a.sql',
  line: 2,
  statement: 'ALTER TABLE users DROP COLUMN nickname',
  hazard: 'compatibility',
  rule: 'drop-column',
  severity: 'error',
  table: 'users',
  message: 'Dropping users.nickname breaks the running code.',
  why: 'Queries that name it fail with 42703.',
  instead: 'Drop it in contract-migrations/:\nALTER TABLE users DROP COLUMN nickname;',
  sqlstate: '42703',
}

const stalling: Finding = {
  ...breaking,
  line: 1,
  statement: 'CREATE INDEX i ON users (id)',
  hazard: 'lock',
  rule: 'create-index',
  severity: 'warning',
  message: 'Building this index stops every write to users.',
  why: 'It holds a SHARE lock.',
  instead: 'Build it CONCURRENTLY.',
}

const allowed: Finding = {
  ...breaking,
  file: 'migrations/2 b.ts',
  line: 7,
  table: undefined,
  waiver: { reason: 'no code has read it since v120', until: '2027-03-01' },
}

/** One finding of each kind, a note, and a file without any. */
export const full: CheckReport = {
  verdict: 'breaks',
  findings: [stalling, breaking, allowed],
  notes: [
    { file: 'migrations/1_a.sql', line: 3, rule: 'star-grows', message: 'SELECT * shows one column more.' },
  ],
  files: ['migrations/1_a.sql', 'migrations/2 b.ts', 'migrations/3_c.sql'],
  leftOut: 0,
  sources: new Map([['migrations/1_a.sql', source]]),
}

export const empty: CheckReport = {
  verdict: 'safe',
  findings: [],
  notes: [],
  files: ['migrations/3_c.sql'],
  leftOut: 0,
  sources: new Map(),
}

/** Letters that mean something in one format or another, wherever a text can stand. */
export const hostile = `100% <b>"it's"</b> & a_b* | @ann, [x](y): \`z\` ]]> \u0001\u{1F418}`

export const hostileReport: CheckReport = {
  ...empty,
  verdict: 'breaks',
  findings: [
    {
      ...breaking,
      file: `migrations/a%b: c,d&"e.sql`,
      message: hostile,
      why: `${hostile}\r\nnext`,
      instead: `${hostile}\n\`\`\`\nSELECT 1`,
    },
  ],
  files: [],
}
