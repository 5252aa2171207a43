import { logins, verifications } from './operations.js'
import type { Batch } from './report.js'
import { type Operation, runRound } from './rounds.js'
import type { Site } from './site.js'

const LOGINS = 100_000
const VERIFICATIONS = 1_000_000
const BATCHES = 10

interface Options {
  browsers: number
  /** Less than 1 for less than all of it. */
  scale: number
  onBatch: (batch: Batch) => void
}

/** Logs in again and again, half of the people for the first time, then asks `/verify` again and again; the memory after each batch. */
export async function measureMemory(site: Site, { browsers, scale, onBatch }: Options): Promise<void> {
  let turn = 0
  const mixed = logins(site, () => (turn++ % 2 ? site.newPerson() : turn % 1000))
  await inBatches('login', mixed, LOGINS)
  await inBatches('verify', await verifications(site), VERIFICATIONS)

  async function inBatches(operation: Batch['operation'], work: Operation, total: number): Promise<void> {
    const operations = Math.ceil((total * scale) / BATCHES)
    for (let batch = 1; batch <= BATCHES; batch++) {
      await runRound(site.program, work, { browsers, operations, durationMs: Number.POSITIVE_INFINITY })
      onBatch({ operation, operations: batch * operations, nowMb: site.program.memory().nowMb })
    }
  }
}
