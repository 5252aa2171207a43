import { describe, expect, it } from 'vitest'
import { DingTalkError } from '../src/errors.js'
import { LookupQueue } from '../src/services/lookup-queue.js'
import { HOUR, MINUTE, SECOND } from '../src/time.js'

const person = (id: string) => ({ id, unionId: `union ${id}` })

/** The queue in a time of its own, in which nothing is waited for. */
class Desk {
  now = 1_800_000_000_000
  /** Who was looked up, and when. */
  readonly lookups: { id: string; at: number }[] = []
  readonly failing = new Set<string>()
  /** What happens at a time: the waits that end then. */
  readonly #waits: { at: number; end(): void }[] = []
  readonly queue = new LookupQueue({
    lookUp: async ({ id }) => {
      this.lookups.push({ id, at: this.now })
      if (this.failing.has(id))
        throw new DingTalkError('dingtalk_unavailable', { call: 'getbyunionid', upstreamCode: '-1' })
    },
    now: () => this.now,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        this.#waits.push({ at: this.now + ms, end: () => resolve(undefined) })
        signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })
      }),
  })

  /** Lets everything happen until then. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      this.#waits.sort((one, other) => one.at - other.at)
      const [next] = this.#waits
      if (!next || next.at > until) break
      this.#waits.shift()
      this.now = Math.max(this.now, next.at)
      next.end()
    }
    this.now = until
  }

  lookUp(id: string, isUrgent = false): Promise<void> {
    const done = this.queue.lookUp(person(id), { isUrgent })
    done.catch(() => {})
    return done
  }

  /** Asks for a lookup that nobody waits for. */
  ask(id: string): void {
    this.lookUp(id).catch(() => {})
  }

  get ids(): string[] {
    return this.lookups.map(({ id }) => id)
  }
}

describe('a flood of ten thousand', () => {
  it('is worked off at five a second, each person once, and a leaver passes all of them', async () => {
    const desk = new Desk()
    for (let n = 0; n < 10_000; n++) for (let again = 0; again < 2; again++) desk.ask(`p${n}`)
    await desk.pass(10 * SECOND)
    const begun = desk.now
    const leaver = desk.lookUp('leaver', true)
    await desk.pass(SECOND)
    await leaver
    expect(desk.lookups.find(({ id }) => id === 'leaver')?.at).toBeLessThanOrEqual(begun + SECOND)
    await desk.pass(HOUR)
    expect(desk.lookups).toHaveLength(10_001)
    expect(new Set(desk.ids).size).toBe(10_001)
    const perSecond = new Map<number, number>()
    for (const { at } of desk.lookups)
      perSecond.set(Math.floor(at / SECOND), (perSecond.get(Math.floor(at / SECOND)) ?? 0) + 1)
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(10)
    expect([...perSecond.values()].slice(2, -2).every((count) => count === 5)).toBe(true)
  })

  it('has an end: more people than that are not remembered', async () => {
    const desk = new Desk()
    for (let n = 0; n < 50_000; n++) desk.ask(`p${n}`)
    await expect(desk.lookUp('one more')).rejects.toMatchObject({ code: 'service_unavailable' })
    desk.ask('p7')
    await desk.queue.stop()
  })
})

describe('a lookup', () => {
  it('that fails is told to who waits, and is made again by itself, later and later', async () => {
    const desk = new Desk()
    desk.failing.add('p')
    await expect(desk.lookUp('p')).rejects.toMatchObject({ code: 'dingtalk_unavailable' })
    await desk.pass(5 * SECOND)
    await desk.pass(10 * SECOND)
    expect(desk.lookups).toHaveLength(3)
    desk.failing.clear()
    await desk.pass(HOUR)
    expect(desk.lookups).toHaveLength(4)
  })

  it('that fails is made at once where it is asked for again, and for an hour at least', async () => {
    const desk = new Desk()
    desk.failing.add('p')
    const first = desk.lookUp('p')
    await expect(first).rejects.toThrow()
    await desk.pass(100 * SECOND)
    const before = desk.lookups.length
    await expect(desk.lookUp('p')).rejects.toThrow()
    expect(desk.lookups).toHaveLength(before + 1)
    await desk.pass(HOUR)
    desk.failing.clear()
    await desk.pass(5 * MINUTE)
    const healed = desk.lookups.length
    await desk.pass(24 * HOUR)
    expect(desk.lookups).toHaveLength(healed)
  })

  it('that runs when its person is asked for again is followed by another one: it may have seen what was before', async () => {
    const desk = new Desk()
    const finish: (() => void)[] = []
    const queue = new LookupQueue({
      lookUp: () => new Promise((resolve) => finish.push(resolve)),
      now: () => desk.now,
    })
    const first = queue.lookUp(person('p'), { isUrgent: false })
    while (finish.length < 1) await new Promise((resolve) => setImmediate(resolve))
    const second = queue.lookUp(person('p'), { isUrgent: true })
    finish[0]?.()
    await first
    while (finish.length < 2) await new Promise((resolve) => setImmediate(resolve))
    finish[1]?.()
    await second
    expect(finish).toHaveLength(2)
  })
})

describe('the stop', () => {
  it('lets what runs end, begins nothing more, and refuses who waits', async () => {
    const desk = new Desk()
    const waiting = Array.from({ length: 20 }, (_, n) => desk.lookUp(`p${n}`))
    await desk.pass(0)
    const before = desk.lookups.length
    await desk.queue.stop()
    const ends = await Promise.allSettled(waiting)
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(20 - before)
    await expect(desk.lookUp('late')).rejects.toThrow()
    await desk.pass(HOUR)
    expect(desk.lookups).toHaveLength(before)
  })
})

describe('a lookup that is asked for just as the queue empties', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('is begun, %i steps behind the one before', async (steps) => {
    const desk = new Desk()
    desk.ask('one')
    for (let step = 0; step < steps; step++) await Promise.resolve()
    desk.ask('two')
    await desk.pass(SECOND)
    expect(desk.ids).toEqual(['one', 'two'])
  })
})
