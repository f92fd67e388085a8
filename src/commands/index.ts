import type { Command } from './command.js'

/** Every command by name, in the order of the help; a command's code is loaded only when it is called. */
export const commands = {
  migrate: {
    summary: 'migrate the database under a lock, then restart the dynos where that is right',
    load: async (): Promise<Command> => (await import('./migrate.js')).migrateCommand,
  },
  plan: {
    summary: 'show what migrate would do and why, touching nothing',
    load: async (): Promise<Command> => (await import('./plan.js')).planCommand,
  },
  check: {
    summary: 'judge migrations: what would stall the app or break the running code',
    load: async (): Promise<Command> => (await import('./check.js')).checkCommand,
  },
  queries: {
    summary: 'write down the queries that the live database has counted, for check --prove',
    load: async (): Promise<Command> => (await import('./queries.js')).queriesCommand,
  },
  status: {
    summary: 'applied and pending migrations, who holds the lock, the last runs, the dynos',
    load: async (): Promise<Command> => (await import('./status.js')).statusCommand,
  },
  restart: {
    summary: 'restart the dynos in batches, each verified before the next',
    load: async (): Promise<Command> => (await import('./restart.js')).restartCommand,
  },
  maintenance: {
    summary: 'show, switch on or switch off maintenance mode, and open what a release has left closed',
    load: async (): Promise<Command> => (await import('./maintenance.js')).maintenanceCommand,
  },
  tail: {
    summary: 'follow the log after a release until it has been quiet, counting what matters',
    load: async (): Promise<Command> => (await import('./tail.js')).tailCommand,
  },
  rollback: {
    summary: 'show what going back to a release means for the database; --go does it',
    load: async (): Promise<Command> => (await import('./rollback.js')).rollbackCommand,
  },
  rehearse: {
    summary: 'rehearse the whole deploy here, under traffic: which requests fail, and when',
    load: async (): Promise<Command> => (await import('./rehearse.js')).rehearseCommand,
  },
  baseline: {
    summary: 'adopt a database that has no history: record migrations as applied, running none',
    load: async (): Promise<Command> => (await import('./baseline.js')).baselineCommand,
  },
  doctor: {
    summary: 'check that this app is set up right',
    load: async (): Promise<Command> => (await import('./doctor.js')).doctorCommand,
  },
  unlock: {
    summary: 'show who holds the release lock, and end that session',
    load: async (): Promise<Command> => (await import('./unlock.js')).unlockCommand,
  },
} as const

export type CommandName = keyof typeof commands
