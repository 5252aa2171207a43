import { describe, expect, it } from 'vitest'
import { MINUTE, SECOND } from '../src/time.js'
import { type Company, simulate } from './bench/simulation/company.js'
import { costsOf } from './bench/simulation/measured.js'
import { Clock, Places, Station } from './bench/simulation/queues.js'
import { cells, runSimulation } from './bench/simulation/run-simulation.js'
import { read } from './support/documents.js'
import { seeded } from './support/random.js'

const ARRIVALS = 300_000

/** How long those who come at this rate wait on average, before they are served; the mean time of service is 1. */
function meanWait(servers: number, rate: number, service: (random: () => number) => number): number {
  const clock = new Clock()
  const station = new Station(clock, servers)
  const random = seeded(7)
  const exponential = (mean: number) => -mean * Math.log(1 - random())
  let waited = 0
  let arrived = 0
  const arrive = () => {
    const [at, serviceMs] = [clock.nowMs, service(random)]
    station.use(serviceMs, () => {
      waited += clock.nowMs - at - serviceMs
    })
    if (++arrived < ARRIVALS) clock.after(exponential(1 / rate), arrive)
  }
  clock.after(0, arrive)
  clock.run()
  return waited / ARRIVALS
}

/** The mean wait of M/M/c, by Erlang's formula. */
function erlang(servers: number, rate: number): number {
  let [term, sum] = [1, 1]
  for (let n = 1; n < servers; n++) {
    term *= rate / n
    sum += term
  }
  const all = ((term * rate) / servers) * (servers / (servers - rate))
  return all / (sum + all) / (servers - rate)
}

/** Within this part of what is expected. */
function expectNear(value: number, expected: number, part: number): void {
  expect(Math.abs(value / expected - 1), `${value}, expected ${expected}`).toBeLessThan(part)
}

describe('a station', () => {
  it.each([0.5, 0.8])('lets wait as Pollaczek and Khinchine say, where service always takes the same: %d', (load) => {
    expectNear(
      meanWait(1, load, () => 1),
      load / (2 * (1 - load)),
      0.03,
    )
  })

  it.each([
    [1, 0.8],
    [2, 1.5],
    [10, 8],
  ])('of %d servers lets wait as Erlang says, where service varies: %d', (servers, rate) => {
    const varied = (random: () => number) => -Math.log(1 - random())
    expectNear(meanWait(servers, rate, varied), erlang(servers, rate), 0.05)
  })
})

describe('places', () => {
  it('are taken by so many at a time, in the order in which they came', () => {
    const places = new Places(2)
    const inside: number[] = []
    for (let n = 0; n < 5000; n++) places.enter(() => void inside.push(n))
    expect(inside).toEqual([0, 1])
    for (let n = 0; n < 4998; n++) places.leave()
    expect(inside).toEqual(Array.from({ length: 5000 }, (_, n) => n))
    places.leave()
    places.leave()
    places.enter(() => void inside.push(-1))
    expect(inside.at(-1)).toBe(-1)
  })
})

const company: Company = {
  people: 10_000,
  seed: 1,
  requests: 60_000,
  withinMs: 15 * MINUTE,
  checksPerMinute: 10,
  burst: 5,
  processes: 2,
  databaseCores: 2,
  replicas: 0,
  lagMs: 100,
  cacheMs: 0,
  costs: {
    login: { processMs: 1, databaseMs: 0.4 },
    check: { processMs: 0.2, databaseMs: 0.1 },
    mark: { processMs: 0, databaseMs: 0 },
    hitMs: 0.1,
    commitMs: 1,
    dingtalkMs: 80,
  },
}

describe('a simulated company', () => {
  it('is the same each time, and another one with another seed', () => {
    expect(simulate(company, 'nine')).toEqual(simulate(company, 'nine'))
    expect(simulate({ ...company, seed: 2 }, 'nine')).not.toEqual(simulate(company, 'nine'))
  })

  it('keeps each at work for as long as its requests take', () => {
    const { processUse, databaseUse, checks, logins } = simulate(company, 'nine')
    expect(checks).toBeCloseTo(10_000 / 6)
    expect(logins).toBeCloseTo(10_000 / 900)
    expectNear(processUse, (checks * 0.2 + logins) / 1000 / 2, 0.02)
    expectNear(databaseUse, (checks * 0.1 + logins * 0.4) / 1000 / 2, 0.02)
  })

  it('waits ever longer where there is more to do than can be done', () => {
    const busy = simulate({ ...company, people: 55_000 }, 'day')
    const full = simulate({ ...company, people: 70_000 }, 'day')
    expect(busy.processUse).toBeLessThan(0.97)
    expect(full.processUse).toBeGreaterThan(0.97)
    expect(full.checkP50Ms).toBeGreaterThan(20 * busy.checkP50Ms)
  })

  it('logs in about as fast as a server that was measured', () => {
    // The line of `npm run bench -- --postgresql --scenario login-slow --rounds 3 --duration 3` on two busy cores.
    const found = { opsPerSecond: 75.7, p50Ms: 186.6, cpuMs: 2.792, databaseCpuMs: 0.626 }
    const login = { processMs: found.cpuMs, databaseMs: found.databaseCpuMs }
    const costs = { ...company.costs, login }
    const alone = { processes: 1, checksPerMinute: 0.01, costs }
    const { loginP50Ms } = simulate({ ...company, ...alone, people: found.opsPerSecond * 60, withinMs: MINUTE }, 'nine')
    expectNear(loginP50Ms, found.p50Ms, 0.15)
  })

  it('logs in no faster than so many calls to DingTalk at a time allow', () => {
    // Of 64 calls at a time that take 80 ms each, two for each login: 400 logins a second.
    const people = { people: 3000, withinMs: 5 * SECOND, checksPerMinute: 0.01 }
    const one = simulate({ ...company, ...people, processes: 1 }, 'nine')
    const two = simulate({ ...company, ...people, processes: 2 }, 'nine')
    expect(one.loginP99Ms).toBeGreaterThan(2 * SECOND)
    expect(two.loginP99Ms).toBeLessThan(250)
  })

  it('lets nobody in whose session has ended, unless something is believed for a while: then no longer than that', () => {
    expect(simulate(company, 'day')).toMatchObject({ staleMs: 0, staleShare: 0, hits: 0 })
    const cached = simulate({ ...company, cacheMs: 10 * SECOND }, 'day')
    expect(cached.hits).toBeGreaterThan(0.3)
    expect(cached.staleMs).toBeGreaterThan(5 * SECOND)
    expect(cached.staleMs).toBeLessThan(10 * SECOND)
    expect(cached.databaseUse).toBeLessThan(0.7 * simulate(company, 'day').databaseUse)
    const replicated = simulate({ ...company, replicas: 1, lagMs: 2 * SECOND }, 'day')
    expect(replicated.staleMs).toBeGreaterThan(SECOND)
    expect(replicated.staleMs).toBeLessThan(2 * SECOND)
    expect(replicated.databaseUse).toBe(0)
    const both = simulate({ ...company, replicas: 1, lagMs: 2 * SECOND, cacheMs: 10 * SECOND }, 'day')
    expect(both.staleMs).toBeGreaterThan(10 * SECOND)
    expect(both.staleMs).toBeLessThan(12 * SECOND)
  })

  it('marks a session once a minute', () => {
    const mark = { processMs: 0, databaseMs: 1 }
    const { databaseUse } = simulate({ ...company, costs: { ...company.costs, mark } }, 'day')
    const pages = 2
    // After a minute the next page has to come first.
    const marks = 10_000 / (60 + 60 / pages)
    expectNear(databaseUse, ((10_000 / 6) * 0.1 + marks) / 1000 / 2, 0.1)
  })
})

describe('npm run bench -- --simulate', () => {
  const options = { people: '1000', within: '15', checks: '10', burst: '5', processes: '1', cores: '1' }
  const rest = { replicas: '1', lag: '100', cache: '10', commit: '1', seed: '1', requests: '10000' }

  it('compares three ways in the morning and by day', () => {
    const { lines } = runSimulation({ ...options, ...rest })
    expect(lines.map(({ way, part }) => `${way}: ${part}`)).toEqual([
      'as it is: nine',
      'as it is: day',
      '1 replica(s): nine',
      '1 replica(s): day',
      'cache of 10 s: nine',
      'cache of 10 s: day',
    ])
    expect(lines.map(({ staleMs }) => staleMs > 0)).toEqual([false, false, true, true, true, true])
  })

  it('gives what docs/scaling.md says of 100,000 people by day', { timeout: 120_000 }, () => {
    for (const processes of ['4', '16']) {
      const given = { ...options, ...rest, people: '100000', processes, cores: '4', requests: '200000' }
      const days = runSimulation(given, ['day']).lines
      for (const document of ['docs/scaling.md', 'docs/zh/scaling.md'])
        for (const line of days) {
          const { processes: busy, database, checkP99 } = cells(line)
          expect(read(document)).toContain(`| ${busy} | ${database} | ${checkP99}${checkP99 === '∞' ? '' : ' ms'} |`)
        }
    }
  })

  it('refuses what is no number', () => {
    expect(() => runSimulation({ ...options, ...rest, people: 'many' })).toThrow('--people')
    expect(() => runSimulation({ ...options, ...rest, processes: '0' })).toThrow('--processes')
  })

  it('takes the costs from a report', () => {
    const round = { operations: 1, opsPerSecond: 1, p50Ms: 1, p99Ms: 1 }
    const of = (scenario: string, cpuMs: number, databaseCpuMs: number) => {
      return { ...round, scenario, site: 'server-postgresql' as const, cpuMs, databaseCpuMs }
    }
    const results = [of('login', 2, 1), of('verify', 0.3, 0.1), of('verify-mark', 0.5, 0.4)]
    const local = { ...round, scenario: 'verify', site: 'server' as const, cpuMs: 0.2 }
    const { login, check, mark, hitMs } = costsOf({ results: [...results, local] })
    expect({ login, check, hitMs }).toEqual({
      login: { processMs: 2, databaseMs: 1 },
      check: { processMs: 0.3, databaseMs: 0.1 },
      hitMs: 0.2,
    })
    expect(mark.processMs).toBeCloseTo(0.2)
    expect(mark.databaseMs).toBeCloseTo(0.3)
    expect(() => costsOf({ results })).toThrow('verify of server')
  })
})
