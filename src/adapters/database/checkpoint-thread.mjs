import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

const EVERY_MS = 250
/** 64 MB. Until then it is enough that writers begin the log anew whenever all of it is in the file. */
const LONG_PAGES = 16_000
/** A bound for where writers leave no moment between them. */
const MAX_PASSES = 20

const sqlite = new Sqlite(workerData.file, { timeout: 0 })
// As the server's own connection has it.
sqlite.pragma('synchronous = NORMAL')
const copy = sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)')
const beginAnew = sqlite.prepare('PRAGMA wal_checkpoint(RESTART)')

/**
 * Nobody can write while the log begins anew, and the disk is waited for where anything is left to be copied. What was written
 * during one pass is left to the next, which takes the shorter for it; one that leaves nothing waits for the disk while
 * everybody may write.
 */
function copyUntilNothingIsLeft(copied) {
  for (let pass = 0, before = copied; pass < MAX_PASSES; pass++) {
    const { log } = copy.get()
    if (log === before) return
    before = log
  }
}

setInterval(() => {
  const { log } = copy.get()
  if (log <= LONG_PAGES) return
  copyUntilNothingIsLeft(log)
  beginAnew.get()
}, EVERY_MS)
parentPort?.postMessage('ready')
