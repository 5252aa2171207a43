import type { Bench, Measured } from './bench.js'
import { logins, verifications } from './operations.js'
import type { Batch } from './report.js'
import { type Operation, runRound } from './rounds.js'
import { Site } from './site.js'

const LOGINS = 100_000
const VERIFICATIONS = 1_000_000
const BATCHES = 10

/** Logs in again and again, half of the people for the first time, then asks `/verify` again and again; the memory after each batch. */
export async function runMemory({ dingtalk, directory, browsers, scale, say }: Bench): Promise<Measured> {
  await using site = await Site.start({ name: 'server', dingtalk, directory, browsers })
  const memory: Batch[] = []
  let turn = 0
  const mixed = logins(site, () => (turn++ % 2 ? site.newPerson() : turn % 1000))
  await inBatches('login', mixed, LOGINS)
  await inBatches('verify', await verifications(site), VERIFICATIONS)
  return { memory, peakMb: { server: site.program.memory().peakMb } }

  async function inBatches(operation: Batch['operation'], work: Operation, total: number): Promise<void> {
    const operations = Math.ceil((total * scale) / BATCHES)
    for (let batch = 1; batch <= BATCHES; batch++) {
      await runRound(site.program, work, { browsers, operations, durationMs: Number.POSITIVE_INFINITY })
      const nowMb = site.program.memory().nowMb
      say(`${batch * operations} ${operation}: ${nowMb.toFixed(0)} MB`)
      memory.push({ operation, operations: batch * operations, nowMb })
    }
  }
}
