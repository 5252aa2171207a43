import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { AppError } from '../src/errors.js'
import type { DirectoryEvent, EventSource } from '../src/services/directory-event.js'
import { DirectoryEvents } from '../src/services/directory-events.js'
import { HOUR, MINUTE } from '../src/time.js'

const LEFT: DirectoryEvent = { type: 'user_leave_org', userids: ['0042'], departments: [], roles: [] }

/** A server's side of the events, whose time passes when a test says so. */
function setUp({ leaversSince = async () => [] as string[] }: Partial<Pick<EventSource, 'leaversSince'>> = {}) {
  const waits: { ms: number; end: () => void }[] = []
  const asked: Date[] = []
  let lookups = 0
  let now = 10 * HOUR
  const events = new DirectoryEvents({
    source: {
      start: () => {},
      stop: async () => {},
      leaversSince: (time) => {
        asked.push(time)
        return leaversSince(time)
      },
    },
    signedIn: { ofUserid: async () => [{ id: 'user', unionId: 'union' }], profiles: async () => [] },
    membership: {
      lookUpNow: async () => {
        lookups++
      },
    },
    directory: { forgetDepartments: () => {} },
    hasProfiles: false,
    recheckMs: HOUR,
    sessionMaxAgeMs: 24 * HOUR,
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    metrics: undefined,
    now: () => now,
    wait: (ms) => new Promise<void>((resolve) => waits.push({ ms, end: resolve })),
  })
  return {
    events,
    asked,
    lookups: () => lookups,
    /** Ends the waits of this length. */
    pass: async (ms: number) => {
      for (const wait of waits.splice(0)) if (wait.ms === ms) wait.end()
      for (let turn = 0; turn < 5; turn++) await setImmediate()
    },
    turnClock: (ms: number) => {
      now += ms
    },
  }
}

describe('a leaver', () => {
  it('is looked up once more a minute later, as a login may have been under way', async () => {
    const desk = setUp()
    expect(await desk.events.happened(LEFT)).toBe(true)
    expect(await desk.events.happened(LEFT)).toBe(true)
    expect(desk.lookups()).toBe(2)
    await desk.pass(MINUTE)
    expect(desk.lookups()).toBe(3)
    await desk.pass(MINUTE)
    expect(desk.lookups()).toBe(3)
  })

  it('who was missed is looked up once more as well', async () => {
    const desk = setUp({ leaversSince: async () => ['0042'] })
    desk.events.connected(undefined)
    await desk.pass(0)
    expect(desk.lookups()).toBe(1)
  })
})

describe('who left meanwhile', () => {
  it('is asked for as far back as before, where the application may not know it yet', async () => {
    const desk = setUp({
      leaversSince: async () => {
        throw new AppError('dingtalk_misconfigured')
      },
    })
    desk.events.connected(undefined)
    await desk.pass(0)
    desk.turnClock(6 * HOUR)
    desk.events.connected(16 * HOUR)
    await desk.pass(0)
    expect(desk.asked.map(Number)).toEqual([9 * HOUR, 9 * HOUR])
  })

  it('is asked for of the past, although the clock was put back', async () => {
    const desk = setUp()
    desk.events.connected(30 * HOUR)
    await desk.pass(0)
    expect(Number(desk.asked[0])).toBeLessThan(10 * HOUR)
  })
})
