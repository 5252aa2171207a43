import { describe, expect, it } from 'vitest'
import { type Answer, WrongAnswer } from './bench/answers.js'
import { chart } from './bench/soak/chart.js'
import { Crowd } from './bench/soak/crowd.js'
import { Faults } from './bench/soak/faults.js'
import { Person, Session } from './bench/soak/model.js'
import { type Exchange, promisedRefusal, type Step } from './bench/soak/promises.js'
import { Records } from './bench/soak/records.js'
import type { Sample } from './bench/soak/sampling.js'
import { openLoop, operationsInTurn } from './bench/soak/schedule.js'
import { judgeSoak, printedSoak, type Soak, type SoakReport } from './bench/soak/soak-report.js'

const MINUTE = 60_000
const NEVER = Number.POSITIVE_INFINITY

const session = () => new Session(new Person(1), new Map([['sid', 'cookie']]))
const at = (beganAt: number, endedAt = beganAt) => ({ beganAt, endedAt })

describe('the model of a session', () => {
  it('is in until something ends it, and takes nobody out before', () => {
    const one = session()
    one.seenIn(at(5))
    expect(() => one.seenOut(at(6))).toThrow(WrongAnswer)
    one.ends(10, 20)
    expect(() => one.seenOut(at(8, 9))).toThrow('out, though nothing has ended it')
    one.seenIn(at(19, 30))
    expect(() => one.seenIn(at(21))).toThrow('in, 1 ms after it must have been over')
    one.seenOut(at(21))
  })

  it('may be either while it ends, but never comes back', () => {
    const one = session()
    one.ends(10, NEVER)
    one.seenIn(at(11))
    one.seenOut(at(12, 15))
    one.seenIn(at(14, 16))
    expect(() => one.seenIn(at(16))).toThrow(WrongAnswer)
    expect(one.isOverAt(16)).toBe(true)
  })

  it('whose logout was refused has ended soon, or not at all', () => {
    const one = session()
    one.mayHaveEnded(at(10, 12), 100)
    one.seenIn(at(20))
    one.seenIn(at(113))
    expect(() => one.seenOut(at(114))).toThrow(WrongAnswer)
    const other = session()
    other.mayHaveEnded(at(10, 12), 100)
    other.seenOut(at(20))
    expect(() => other.seenIn(at(21))).toThrow(WrongAnswer)
  })

  it('ends as late as it turns out that it may', () => {
    const one = session()
    let by = NEVER
    one.ends(10, () => by)
    one.seenIn(at(1000))
    by = 1500
    expect(() => one.seenIn(at(1501))).toThrow(WrongAnswer)
  })
})

describe('a person', () => {
  it('is what they were or what they become while that changes', () => {
    const person = new Person(2)
    person.becomes('left', 10, () => 20)
    expect([...person.standingsAt(at(5, 9))]).toEqual(['in'])
    expect([...person.standingsAt(at(5, 12))]).toEqual(['in', 'left'])
    expect([...person.standingsAt(at(21))]).toEqual(['left'])
  })
})

describe('a crowd', () => {
  it('gives sessions that need not be over, and those that must be, and forgets neither of somebody who comes back', () => {
    const crowd = new Crowd()
    const person = crowd.newcomer()
    const [over, open] = [new Session(person, new Map()), new Session(person, new Map())]
    over.ends(0, 0)
    for (const one of [over, open]) crowd.add(one)
    // Some looks put away what is over.
    let found: Session | undefined
    while (!found) {
      const taken = crowd.takeSession('in')
      expect(taken).toBe(open)
      open.isTaken = false
      found = crowd.takeSession('over')
    }
    expect(found).toBe(over)
    expect(crowd.sessionsOf(person)).toEqual(expect.arrayContaining([over, open]))
    expect(crowd.sessionsOf(new Person(9))).toEqual([])
  })
})

describe('a refusal', () => {
  const refusal = (step: Step, error: string, status: number, headers: Answer['headers'] = {}): Exchange => {
    const now = Date.now()
    return { step, ...at(now), answer: { status, headers, body: JSON.stringify({ error }) } }
  }
  const away = (step: Step) => refusal(step, 'service_unavailable', 503, { 'retry-after': '5' })
  const duringFault = async (kind: 'throttled' | 'dead' | 'away', work: (faults: Faults) => void) => {
    const faults = new Faults()
    await faults.during(kind, async () => work(faults))
  }

  it('is promised for its fault alone', async () => {
    await duringFault('throttled', (faults) => {
      const throttled = refusal('callback', 'dingtalk_unavailable', 503, { 'retry-after': '30' })
      expect(promisedRefusal(throttled, new Faults(), 'SQLite')).toBeUndefined()
      expect(promisedRefusal(throttled, faults, 'SQLite')).toBe('dingtalk_unavailable')
      expect(promisedRefusal({ ...throttled, step: 'me' }, faults, 'SQLite')).toBeUndefined()
      expect(promisedRefusal(refusal('callback', 'dingtalk_timeout', 504), faults, 'SQLite')).toBeUndefined()
      expect(promisedRefusal(away('callback'), faults, 'SQLite')).toBeUndefined()
    })
    await duringFault('dead', (faults) => {
      expect(promisedRefusal(refusal('callback', 'dingtalk_timeout', 504), faults, 'SQLite')).toBe('dingtalk_timeout')
    })
  })

  it('by a database that is locked concerns those who write, by one that is away everybody', async () => {
    await duringFault('away', (faults) => {
      expect(promisedRefusal(away('callback'), faults, 'SQLite')).toBe('service_unavailable')
      expect(promisedRefusal(away('me'), faults, 'SQLite')).toBeUndefined()
      expect(promisedRefusal(away('me'), faults, 'PostgreSQL')).toBe('service_unavailable')
    })
  })

  it('is not right with another status, or without saying when to come back', async () => {
    await duringFault('away', (faults) => {
      const { answer, ...rest } = away('callback')
      expect(() => promisedRefusal({ ...rest, answer: { ...answer, status: 500 } }, faults, 'SQLite')).toThrow(
        WrongAnswer,
      )
      expect(() => promisedRefusal({ ...rest, answer: { ...answer, headers: {} } }, faults, 'SQLite')).toThrow(
        'service_unavailable without Retry-After',
      )
    })
  })

  it('is over a little after the fault, and what it delayed somewhat later', async () => {
    const faults = new Faults()
    await faults.during('away', async () => {
      expect(faults.deadline(Date.now(), 1000)).toBe(NEVER)
    })
    const [{ endedAt } = { endedAt: 0 }] = faults.spans
    const late = { ...away('callback'), ...at(endedAt + MINUTE) }
    expect(promisedRefusal(late, faults, 'SQLite')).toBeUndefined()
    expect(faults.deadline(endedAt + 1, 1000)).toBeGreaterThan(endedAt + 1001)
    expect(faults.deadline(endedAt + 10 * MINUTE, 1000)).toBe(endedAt + 10 * MINUTE + 1000)
  })
})

describe('the load', () => {
  it('is of all operations, none twice in a row for long', () => {
    const turns = operationsInTurn()
    expect(turns).toHaveLength(100)
    expect(new Set(turns).size).toBe(11)
    expect(new Set(turns.slice(0, 25)).size).toBeGreaterThan(8)
  })

  it('begins by the clock, however long answers take', async () => {
    const release: (() => void)[] = []
    let begun = 0
    const over = openLoop(200, 100, () => {
      if (++begun === 20) for (const resolve of release) resolve()
      return begun >= 20 ? Promise.resolve() : new Promise((resolve) => release.push(resolve))
    })
    await over
    expect(begun).toBe(20)
  })

  it('is counted from one look to the next', () => {
    const said: string[] = []
    const records = new Records((text) => said.push(text))
    for (const ms of [1, 2, 3]) records.done('me', ms)
    records.refused('dingtalk_unavailable')
    records.wentWrong('me', new WrongAnswer('somebody else'))
    expect(said).toEqual(['me: WrongAnswer: somebody else'])
    expect(records.take()).toEqual({
      operations: { me: { count: 3, p50Ms: 2, p99Ms: 3 } },
      refusals: { dingtalk_unavailable: 1 },
      wrong: 1,
    })
    expect(records.take()).toEqual({ operations: {}, refusals: {}, wrong: 0 })
  })
})

describe('the report of a soak', () => {
  const sample = (minute: number, rssMb: number): Sample => ({
    ...{ atMs: minute * MINUTE, rssMb, handles: 40, cpuShare: 0.05, lagP99Ms: 11, lagMaxMs: 20, wrong: 0 },
    operations: { me: { count: 100, p50Ms: 2, p99Ms: 9 } },
    refusals: minute === 2 ? { dingtalk_unavailable: 7 } : {},
  })
  const soakOf = (name: string, rssMb: number[]): Soak => ({
    ...{ name, people: 9, wrong: [], outAfterMs: { event: [120], unheard: [], command: [8] } },
    samples: rssMb.map((mb, n) => sample(n + 1, mb)),
    faults: [{ kind: 'throttled', beganAt: 2 * MINUTE, endedAt: 3 * MINUTE }],
    handles: { before: ['socket', 'pipe'], after: ['socket', 'pipe'] },
  })
  const reportOf = (...soaks: Soak[]): SoakReport => ({ node: 'v1', minutes: 4, perSecond: 6, startedAt: 0, soaks })

  it('tells growth and wrong answers from none', () => {
    const steady = soakOf('steady', [100, 110, 112, 110])
    const growing = {
      ...soakOf('growing', [100, 100, 150, 150]),
      handles: { before: ['pipe'], after: ['pipe', 'pipe'] },
    }
    const wrong = [{ at: 0, what: 'me', why: 'WrongAnswer: somebody else' }]
    const long = (soak: Soak) => judgeSoak({ ...reportOf(soak), minutes: 60 })
    expect(long(steady).map(({ passed }) => passed)).toEqual([true, true, true])
    expect(long(growing).map(({ value }) => value)).toEqual([0, 1.5, 2])
    expect(judgeSoak(reportOf(growing))).toHaveLength(1)
    expect(judgeSoak(reportOf({ ...steady, wrong }))[0]).toMatchObject({ value: 1, passed: false })
    const text = printedSoak(reportOf({ ...steady, wrong }))
    expect(text).toContain('refused as promised: 7 dingtalk_unavailable')
    expect(text).toContain('somebody else')
  })

  it('is drawn: a chart for each figure, a curve for each server, the faults in all of them', () => {
    const svg = chart(reportOf(soakOf('SQLite, qrconnect', [100, 110, 112, 110]), soakOf('other', [90, 91, 92, 93])))
    expect(svg.match(/<g transform="translate\(64 \d+\)">/g)).toHaveLength(10)
    expect(svg.match(/class="shade"/g)).toHaveLength(9)
    expect(svg).toContain('DingTalk throttles, 60 s')
    expect(svg).toContain('>SQLite, qrconnect</text>')
    expect(svg).toContain('prefers-color-scheme:dark')
    // Two of 860 for the minutes 2 to 3 of 4.
    expect(svg).toContain('<path class="shade" d="M430 0h215v96h-215z"/>')
    const [memory = ''] = svg.split('\n').filter((line) => line.includes('memory: resident'))
    expect(memory.match(/class="curve/g)).toHaveLength(2)
    expect(memory).toContain('d="M215,32L430,25.6L645,24.3L860,25.6"')
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })
})
