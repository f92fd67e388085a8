/** Whether a release command bears a database that has migrations which its code does not know. */
export interface CommandVerdict {
  readonly verdict: 'none' | 'accepts' | 'refuses' | 'unknown'
  /** The end of a sentence. */
  readonly why: string
}

interface Migrator extends CommandVerdict {
  readonly pattern: RegExp
}

/** Migrators by their commands; the first that matches counts. */
const migrators: readonly Migrator[] = [
  {
    pattern: /\brelease(?:-phase)?\s+migrate\b/,
    verdict: 'accepts',
    why: 'it accepts a database that is ahead of its files',
  },
  {
    pattern: /\bnode-pg-migrate\b/,
    verdict: 'accepts',
    why: 'it accepts newer migrations, but not one whose number lies between those of its own files',
  },
  {
    // Versions without a file are passed over: https://guides.rubyonrails.org/active_record_migrations.html
    pattern: /\b(?:rails|rake)\s+db:migrate\b/,
    verdict: 'accepts',
    why: 'Rails passes over versions that it has no file for',
  },
  {
    // https://github.com/prisma/prisma-engines/pull/2377: "deploy errs on the side of not standing in the way"
    pattern: /\bprisma\s+migrate\s+deploy\b/,
    verdict: 'accepts',
    why: 'Prisma does not mind applied migrations that it has no folder for',
  },
  {
    // https://github.com/knex/knex/issues/734; `disableMigrationsListValidation` turns it off.
    pattern: /\bknex\b.*\bmigrate:(?:latest|up)\b/,
    verdict: 'refuses',
    why: 'Knex stops at applied migrations whose files it does not have',
  },
  {
    // "Can't locate revision identified by": https://alembic.sqlalchemy.org/en/latest/api/script.html
    pattern: /\balembic\b.*\bupgrade\b/,
    verdict: 'refuses',
    why: 'Alembic stops at a revision that it has no file for',
  },
]

/** Judges the command of a release phase by its text alone; what a script of it calls is not known here. */
export function judgeReleaseCommand(command: string | undefined): CommandVerdict {
  if (command === undefined)
    return { verdict: 'none', why: 'nothing runs before its dynos boot, so nothing looks at the database' }
  const known = migrators.find(({ pattern }) => pattern.test(command))
  return known === undefined
    ? { verdict: 'unknown', why: 'what it does with a newer database is not known here' }
    : { verdict: known.verdict, why: known.why }
}
