import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { memoryOf } from './process-costs.js'
import { median } from './rounds.js'

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))
const LOOK_EVERY_MS = 50
const STARTS = 5

/** What `users list` costs. */
export interface Listing {
  database: 'SQLite' | 'PostgreSQL'
  people: number
  firstLineMs: number
  /** Once it has begun to print. */
  peoplePerSecond: number
  peakMb: number
}

/** Runs `users list` on this database, and reads all of it. */
export async function listPeople(database: Listing['database'], databaseUrl: string): Promise<Listing> {
  const startsMs: number[] = []
  for (let start = 0; start < STARTS; start++) startsMs.push(await firstLineMsOf(databaseUrl))
  const command = start(databaseUrl)
  let peakMb = 0
  const look = setInterval(() => {
    // Of one that has just ended nothing is said.
    if (command.exitCode === null) peakMb = Math.max(peakMb, memoryOf(command.pid).peakMb || 0)
  }, LOOK_EVERY_MS)
  try {
    let beganAt: number | undefined
    let lines = 0
    command.stdout.on('data', (chunk: Buffer) => {
      beganAt ??= performance.now()
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1
    })
    const [code] = await once(command, 'close')
    if (code !== 0 || beganAt === undefined) throw new Error(`users list ends with ${code}`)
    // The first line is the head.
    const people = lines - 1
    const peoplePerSecond = (1000 * people) / (performance.now() - beganAt)
    return { database, people, firstLineMs: median(startsMs), peoplePerSecond, peakMb }
  } finally {
    clearInterval(look)
  }
}

/** Runs it until it has printed something. */
async function firstLineMsOf(databaseUrl: string): Promise<number> {
  const startedAt = performance.now()
  const command = start(databaseUrl)
  const ended = once(command, 'exit')
  await once(command.stdout, 'data')
  const tookMs = performance.now() - startedAt
  command.kill('SIGKILL')
  await ended
  return tookMs
}

/** With a heap that holds a part of the people, as it would else grow for as long as there is room. */
function start(databaseUrl: string) {
  return spawn(process.execPath, [MAIN, 'users', 'list'], {
    env: { DATABASE_URL: databaseUrl, NODE_OPTIONS: '--max-old-space-size=64' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
