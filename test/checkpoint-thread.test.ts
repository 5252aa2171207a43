import { afterEach, describe, expect, it, vi } from 'vitest'

const THREAD = '../src/adapters/database/checkpoint-thread.mjs'
const EVERY_MS = 250
const LONG = 16_001

afterEach(() => {
  vi.useRealTimers()
  vi.doUnmock('better-sqlite3')
  vi.doUnmock('node:worker_threads')
  vi.resetModules()
})

/** What the thread has SQLite do in one turn, where each pass finds the log to be so many pages long. */
async function turnWith(lengthOfLog: (pass: number) => number): Promise<string[]> {
  const done: string[] = []
  const prepare = (sql: string) => {
    const name = /\((\w+)\)/.exec(sql)?.[1] ?? sql
    return { get: () => ({ log: lengthOfLog(done.push(name)) }) }
  }
  vi.useFakeTimers()
  vi.doMock('better-sqlite3', () => ({
    default: class {
      pragma() {}
      prepare = prepare
    },
  }))
  vi.doMock('node:worker_threads', () => ({ parentPort: undefined, workerData: { file: 'login.db' } }))
  await import(THREAD)
  vi.advanceTimersByTime(EVERY_MS)
  return done
}

describe('the thread of the checkpoints', () => {
  it('copies a short log once, and leaves it to writers to begin it anew', async () => {
    expect(await turnWith(() => LONG - 1)).toEqual(['PASSIVE'])
  })

  it('has a long one begin anew, which keeps writers out, once a pass has left nothing', async () => {
    const written = [1500, 300, 20]
    const length = (pass: number) => LONG + written.slice(0, pass).reduce((sum, pages) => sum + pages, 0)
    expect(await turnWith(length)).toEqual(['PASSIVE', 'PASSIVE', 'PASSIVE', 'PASSIVE', 'RESTART'])
  })

  it('does so where writers leave no moment between them, too', async () => {
    const done = await turnWith((pass) => LONG + pass)
    expect(done.at(-1)).toBe('RESTART')
    expect(done).toHaveLength(22)
  })
})
