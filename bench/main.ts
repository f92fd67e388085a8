import { once } from 'node:events'
import { startEmbeddedPostgres } from '../test/support/embedded.js'
import { benchCorpus } from './corpus.js'
import { measureJudge } from './judge.js'
import { measureManyMigrations } from './many-migrations.js'
import { measureNothingToDo } from './nothing-to-do.js'
import { benchProof } from './proof.js'
import { measureRecord } from './record.js'
import { benchRestart } from './restart.js'
import { measureStall } from './stall.js'
import { printTable } from './table.js'

// npm run bench -- [nothing | many | stall | judge | record | restart | proof | corpus] [--quick] [--list] [--recorded]
// Every time is a ratio of two commands that ran in turn, in this run, on this machine.
const words = process.argv.slice(2)
const quick = words.includes('--quick')
const only = words.find((word) => !word.startsWith('--'))
const isWanted = (name: string) => only === undefined || only === name
if (only === 'restart') {
  await benchRestart()
  process.exit(0)
}
if (only === 'proof') {
  await benchProof(quick ? 1 : 3)
  process.exit(0)
}
const server = await startEmbeddedPostgres({ flags: ['-c', 'fsync=on', '-c', 'max_connections=100'] })
const stop = async () => {
  await server.stop()
  process.exit(130)
}
process.once('SIGINT', () => void stop())

try {
  if (only === 'corpus') {
    await benchCorpus(server.url, {
      list: words.includes('--list'),
      recorded: words.includes('--recorded'),
    })
    await server.stop()
    process.exit(0)
  }
  const rows = [
    ...(isWanted('nothing') ? await measureNothingToDo(server.url, quick ? 5 : 21) : []),
    ...(isWanted('many') ? await measureManyMigrations(server.url, quick ? 2 : 5) : []),
    ...(isWanted('record') ? await measureRecord(server.url, quick ? 11 : 41) : []),
    ...(isWanted('judge') ? await measureJudge(server.url, quick ? 3 : 9) : []),
    ...(isWanted('stall') ? await measureStall(server.url, quick ? 1 : 3) : []),
  ]
  printTable(rows)
  if (only === undefined) {
    await benchRestart()
    await benchProof(quick ? 1 : 3)
  }
} finally {
  await server.stop()
}
if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
process.exit(0)
