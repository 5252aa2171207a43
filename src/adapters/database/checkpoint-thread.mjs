import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

const EVERY_MS = 250
/** 64 MB. Until then it is enough that writers begin the log anew whenever all of it is in the file. */
const LONG_PAGES = 16_000

const sqlite = new Sqlite(workerData.file, { timeout: 0 })
// As the server's own connection has it.
sqlite.pragma('synchronous = NORMAL')
const copy = sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)')
const beginAnew = sqlite.prepare('PRAGMA wal_checkpoint(RESTART)')

setInterval(() => {
  const { log } = copy.get()
  // Writers wait for this one, so shortly after the other there is little left to copy.
  if (log > LONG_PAGES) beginAnew.get()
}, EVERY_MS)
parentPort?.postMessage('ready')
