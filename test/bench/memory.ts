import type { Bench, Measured } from './bench.js'
import {
  ADMINISTRATOR,
  applicationLogins,
  consolePages,
  logins,
  verifications,
  verificationsForHost,
} from './operations.js'
import { unionIdOf } from './people.js'
import type { Batch } from './report.js'
import { type Operation, runRound } from './rounds.js'
import { Site } from './site.js'

const LOGINS = 100_000
const VERIFICATIONS = 1_000_000
/** Of everything that can be switched on, as much of each. */
const OF_EVERYTHING = 100_000
const BATCHES = 10
const CONSOLE = { ADMINS: unionIdOf(ADMINISTRATOR) }

/** The memory of a server with nothing switched on, then of one with all of it, after each batch of what is done there. */
export async function runMemory(bench: Bench): Promise<Measured> {
  const memory: Batch[] = []
  const peakMb = {
    server: await measure({ ...bench, name: 'server' }, async (site) => {
      await inBatches(site, 'login', loginsOfHalfNewPeople(site), LOGINS)
      await inBatches(site, 'verify', await verifications(site), VERIFICATIONS)
    }),
    'server-groups': await measure({ ...bench, name: 'server-groups', settings: CONSOLE }, async (site) => {
      await inBatches(site, 'everything', await everything(site), OF_EVERYTHING)
    }),
  }
  return { memory, peakMb }

  async function inBatches(site: Site, operation: Batch['operation'], work: Operation, total: number): Promise<void> {
    const { browsers, scale, say } = bench
    const operations = Math.ceil((total * scale) / BATCHES)
    for (let batch = 1; batch <= BATCHES; batch++) {
      await runRound(site.program, work, { browsers, operations, durationMs: Number.POSITIVE_INFINITY })
      const { nowMb } = site.program.memory()
      say(`${batch * operations} ${operation}: ${nowMb.toFixed(0)} MB`)
      memory.push({ operation, operations: batch * operations, nowMb })
    }
  }
}

/** The highest memory of a server while this is done. */
async function measure(options: Parameters<typeof Site.start>[0], work: (site: Site) => Promise<void>) {
  await using site = await Site.start(options)
  await work(site)
  return site.program.memory().peakMb
}

function loginsOfHalfNewPeople(site: Site): Operation {
  let turn = 0
  return logins(site, () => (turn++ % 2 ? site.newPerson() : turn % 1000))
}

/** Logins with the directory's profile, logins of an application, checks for a host's groups and pages of the console, in turn. */
async function everything(site: Site): Promise<Operation> {
  const checks = await verificationsForHost(site)
  const all = [loginsOfHalfNewPeople(site), await applicationLogins(site), checks, await consolePages(site)]
  let turn = 0
  return {
    run: async (browser) => all[turn++ % all.length]?.run(browser),
    after: async () => {
      for (const operation of all) await operation.after?.()
    },
  }
}
