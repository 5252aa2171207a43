import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { retry as Retry } from '../src/adapters/database/retry.js'

const rests: number[] = []
let retry: typeof Retry

beforeAll(async () => {
  vi.resetModules()
  vi.doMock('node:timers/promises', () => ({
    setTimeout: async (ms: number) => {
      rests.push(ms)
    },
  }))
  retry = (await import('../src/adapters/database/retry.js')).retry
})

afterAll(() => {
  vi.doUnmock('node:timers/promises')
  vi.resetModules()
})

beforeEach(() => {
  rests.length = 0
})

/** Fails so many times, then gives how often it was tried. */
function failing(times: number) {
  let tries = 0
  return () => {
    if (tries++ < times) throw new Error('busy')
    return tries
  }
}

describe('what may pass', () => {
  const patiently = { while: () => true, forMs: 60_000 }

  it('is tried again after a millisecond, then after rests that grow to the longest', async () => {
    expect(await retry(failing(8), patiently)).toBe(9)
    expect(rests).toEqual([1, 2, 4, 8, 16, 20, 20, 20])
  })

  it('is tried once where there is no time for more', async () => {
    await expect(retry(failing(1), { ...patiently, forMs: 0 })).rejects.toThrow('busy')
    expect(rests).toEqual([])
  })

  it('is told from what does not pass', async () => {
    const as = (error: unknown) => new Error('away', { cause: error })
    await expect(retry(failing(1), { ...patiently, while: () => false, as })).rejects.toThrow('away')
    expect(rests).toEqual([])
  })
})
