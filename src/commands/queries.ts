import { usageError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { pullQueries, type Pulled } from '../story/queries/pulling.js'
import { defaultPath, saveLines } from '../story/queries/saving.js'
import type { Command } from './command.js'

export const queriesCommand: Command = {
  name: 'queries',
  usage: 'release queries pull [--out FILE] [--role ROLE] [flags]',
  about: [
    'Writes down the queries that the app has sent, as the live database counts them in',
    'pg_stat_statements: a file for release check --prove --queries. Only reads. Literals stand there',
    'as parameters; where in the code they come from, the database does not know: docs/queries.md.',
  ],
  settings: ['databaseUrl', 'migrationsTable'],
  flags: [
    {
      name: 'out',
      type: 'string',
      shape: 'FILE',
      about: `Where to, over what was there; - is standard output. Default ${defaultPath}.`,
    },
    {
      name: 'role',
      type: 'string',
      shape: 'ROLE',
      about: 'Whose queries. Default: those of the role of DATABASE_URL, the app’s own on Heroku.',
    },
  ],
  examples: [
    ['release queries pull', 'with the DATABASE_URL of production'],
    ['heroku run --no-tty "release queries pull --out -" > queries.jsonl', 'from inside the app'],
  ],
  maxPositionals: 1,
  run: async ({ world, flags, positionals }) => {
    const [word] = positionals
    if (word !== 'pull') {
      throw usageError(
        word === undefined ? 'release queries needs a word.' : `release queries has no ${word}.`,
        {
          todo: ['release queries pull'],
        },
      )
    }
    const out = typeof flags['out'] === 'string' ? flags['out'] : defaultPath
    const pulled = await pullQueries(world, typeof flags['role'] === 'string' ? flags['role'] : undefined)
    const lines = pulled.queries.map((query) => JSON.stringify(query))
    const file = out === '-' ? null : out
    if (file !== null) await saveLines(lines, file, world.config.folder)
    const { queries, ...rest } = pulled
    return {
      exitCode: exitCodes.done,
      lines: file === null ? lines : summary(pulled, file),
      json: {
        file,
        count: queries.length,
        ...rest,
        dropped: rest.dropped ?? null,
        ...(file === null ? { queries } : {}),
      },
    }
  },
}

function summary({ queries, role, leftOut, hidden, dropped = 0 }: Pulled, file: string): string[] {
  const { utility, tool, catalog } = leftOut
  return [
    `${queries.length} ${queries.length === 1 ? 'query' : 'queries'} of ${role} written to ${file}.`,
    `Left out: ${utility} utility statements, ${catalog} about the catalog alone, ${tool} of migrations.`,
    ...(hidden === 0 ? [] : [`${hidden} more are hidden from this credential.`]),
    ...(dropped === 0
      ? []
      : [
          'The server has dropped rare queries since it counts, to make room: pg_stat_statements.max is too small.',
        ]),
    ...(queries.length > 0 ? [] : ['Has the app sent any? It counts since it was made or last reset.']),
  ]
}
