import { MINUTE, SECOND } from '../../../src/time.js'
import { seeded } from '../../support/random.js'
import { quantiles } from '../rounds.js'
import { Clock, Places, Station } from './queues.js'

/** What one operation takes, in milliseconds. */
export interface Costs {
  /** CPU time of a login's two requests: in the server's process, and in the database. */
  login: Cost
  /** Of a `/verify`. */
  check: Cost
  /** Beyond that, of one that marks its session as used, which happens once a minute. */
  mark: Cost
  /** CPU time of a check in the process where the session is at hand. */
  hitMs: number
  /** From a commit until its disk has it, when the database's CPU has nothing to do. */
  commitMs: number
  /** For one of the two calls of a login. */
  dingtalkMs: number
}

export interface Cost {
  processMs: number
  databaseMs: number
}

export interface Company {
  people: number
  seed: number
  /** A part of the day is shortened to so many. */
  requests: number
  /** All of them log in within so long, at nine. */
  withinMs: number
  /** Of each person, all day. */
  checksPerMinute: number
  /** So many of them come together, as those of one page do. */
  burst: number
  processes: number
  databaseCores: number
  /** Other servers of the database that answer checks, with as many cores each. */
  replicas: number
  /** How far a replica is behind. */
  lagMs: number
  /** How long a process believes what it has read of a session; 0: it reads each time. */
  cacheMs: number
  costs: Costs
}

/** What a part of the day was like. */
export interface Outcome {
  logins: number
  checks: number
  /** Of the time, how much the processes and the database's own cores were at work. */
  processUse: number
  databaseUse: number
  replicaUse: number
  loginP50Ms: number
  loginP99Ms: number
  checkP50Ms: number
  checkP99Ms: number
  /** Of the checks, how many found their session at hand. */
  hits: number
  /** The longest that a session let somebody in after its end; 0 where none did. */
  staleMs: number
  /** Of the sessions that ended, how many let somebody in later. */
  staleShare: number
}

/** As in the server: connections to the database and calls to DingTalk of one process. */
const CONNECTIONS = 10
const CALLS = 64
/** This much comes before anything is counted. */
const WARM_UP = 0.25
const LONGEST = 5 * MINUTE
/** But it is as many times longer than a session is believed, so that all that comes of it is seen. */
const SEEN_THROUGH = 3
const ENDINGS = 500
/** Within which the checks of a page come. */
const PAGE_MS = SECOND

export type Part = 'nine' | 'day'

/** The morning, when everybody logs in and works already; or the day, when people only work. */
export function simulate(company: Company, part: Part): Outcome {
  return new PartOfDay(company, part).run()
}

interface Process {
  cpu: Station
  connections: Places
  calls: Station
  /** When it has last read the session of each person. */
  readAt: Float64Array
}

class PartOfDay {
  readonly #clock = new Clock()
  readonly #random: () => number
  readonly #company: Company
  readonly #loginRate: number
  readonly #checkRate: number
  readonly #lengthMs: number
  readonly #processes: Process[]
  readonly #primary: Station
  readonly #replicas: Station[]
  readonly #markedAt: Float64Array
  /** When the session of a person has ended, for those whose session does. */
  readonly #endedAt = new Map<number, number>()
  readonly #stale = new Map<number, number>()
  readonly #loginsMs: number[] = []
  readonly #checksMs: number[] = []
  #hits = 0
  #turn = 0
  #replicaTurn = 0

  constructor(company: Company, part: Part) {
    this.#company = company
    this.#random = seeded(company.seed)
    this.#loginRate = part === 'nine' ? company.people / company.withinMs : 0
    this.#checkRate = (company.people * company.checksPerMinute) / MINUTE
    const rate = this.#loginRate + this.#checkRate
    const enough = Math.max(company.requests / rate, SEEN_THROUGH * company.cacheMs)
    this.#lengthMs = Math.min(enough, part === 'nine' ? company.withinMs : LONGEST)
    this.#primary = new Station(this.#clock, company.databaseCores)
    this.#replicas = Array.from({ length: company.replicas }, () => new Station(this.#clock, company.databaseCores))
    this.#processes = Array.from({ length: company.processes }, () => ({
      cpu: new Station(this.#clock, 1),
      connections: new Places(CONNECTIONS),
      calls: new Station(this.#clock, CALLS),
      readAt: this.#asIfLong(company.cacheMs, company.processes),
    }))
    this.#markedAt = this.#asIfLong(MINUTE, 1)
  }

  run(): Outcome {
    for (let count = 0; count < Math.min(ENDINGS, this.#company.people / 10); count++) {
      const person = Math.floor(this.#random() * this.#company.people)
      // Early enough for what comes of it to be seen.
      this.#endedAt.set(person, WARM_UP * (1 + this.#random()) * this.#lengthMs)
    }
    this.#arrive(this.#loginRate, () => this.#logIn())
    this.#arrive(this.#checkRate / this.#company.burst, () => this.#openPage())
    let busyBefore = this.#busy()
    let busyAfter = busyBefore
    this.#clock.after(WARM_UP * this.#lengthMs, () => {
      busyBefore = this.#busy()
    })
    this.#clock.after(this.#lengthMs, () => {
      busyAfter = this.#busy()
    })
    this.#clock.run()
    return this.#outcome(busyBefore, busyAfter)
  }

  /** Somebody after the other, with no regard to one another. */
  #arrive(rate: number, begin: () => void): void {
    if (rate === 0) return
    const next = () => {
      if (this.#clock.nowMs > this.#lengthMs) return
      begin()
      this.#clock.after(this.#exponential(1 / rate), next)
    }
    this.#clock.after(this.#exponential(1 / rate), next)
  }

  /** Without the scan, which nobody waits for but the person. */
  #logIn(): void {
    const process = this.#nextProcess()
    const { login, dingtalkMs } = this.#company.costs
    const done = this.#timed(this.#loginsMs)
    const compute = (goOn: () => void) => process.cpu.use(this.#varied(login.processMs / 3), goOn)
    const call = (goOn: () => void) => process.calls.use(dingtalkMs, goOn)
    const write = (goOn: () => void) => this.#write(process, login.databaseMs / 2, goOn)
    compute(() => call(() => compute(() => call(() => write(() => write(() => compute(done)))))))
  }

  #openPage(): void {
    const person = Math.floor(this.#random() * this.#company.people)
    this.#check(person)
    for (let further = 1; further < this.#company.burst; further++)
      this.#clock.after(this.#random() * PAGE_MS, () => this.#check(person))
  }

  #check(person: number): void {
    const process = this.#nextProcess()
    const { cacheMs, costs } = this.#company
    const begunAt = this.#clock.nowMs
    const done = this.#timed(this.#checksMs)
    const readAt = process.readAt[person] ?? Number.NEGATIVE_INFINITY
    if (cacheMs > 0 && begunAt - readAt < cacheMs) {
      if (this.#isCounted(begunAt)) this.#hits += 1
      this.#letIn(person, begunAt)
      process.cpu.use(this.#varied(costs.hitMs), done)
      return
    }
    const compute = (goOn: () => void) => process.cpu.use(this.#varied(costs.check.processMs / 2), goOn)
    compute(() => this.#read(process, () => compute(() => this.#look(person, process, begunAt, done))))
  }

  /** What a process does with a session that it has just read. */
  #look(person: number, process: Process, begunAt: number, done: () => void): void {
    const { lagMs, replicas } = this.#company
    const endedAt = this.#endedAt.get(person) ?? Number.POSITIVE_INFINITY
    const isThere = begunAt - (replicas > 0 ? lagMs : 0) < endedAt
    if (isThere) {
      this.#letIn(person, begunAt)
      process.readAt[person] = begunAt
    }
    if (isThere && begunAt - (this.#markedAt[person] ?? 0) >= MINUTE) this.#mark(person, process, begunAt, done)
    else done()
  }

  #mark(person: number, process: Process, at: number, done: () => void): void {
    const { processMs, databaseMs } = this.#company.costs.mark
    this.#markedAt[person] = at
    process.cpu.use(this.#varied(processMs), () => this.#write(process, databaseMs, done))
  }

  #letIn(person: number, at: number): void {
    const late = at - (this.#endedAt.get(person) ?? Number.POSITIVE_INFINITY)
    if (late > 0) this.#stale.set(person, Math.max(late, this.#stale.get(person) ?? 0))
  }

  #read(process: Process, goOn: () => void): void {
    const { costs } = this.#company
    const server = this.#replicas[this.#replicaTurn++ % Math.max(1, this.#replicas.length)] ?? this.#primary
    this.#ask(process, server, costs.check.databaseMs, 0, goOn)
  }

  #write(process: Process, cpuMs: number, goOn: () => void): void {
    this.#ask(process, this.#primary, cpuMs, this.#company.costs.commitMs, goOn)
  }

  /** On one of the process's connections, which is taken for as long. */
  #ask(process: Process, server: Station, cpuMs: number, diskMs: number, goOn: () => void): void {
    process.connections.enter(() =>
      server.use(this.#varied(cpuMs), () =>
        this.#clock.after(diskMs, () => {
          process.connections.leave()
          goOn()
        }),
      ),
    )
  }

  #nextProcess(): Process {
    return this.#processes[this.#turn++ % this.#processes.length] as Process
  }

  #timed(timesMs: number[]): () => void {
    const begunAt = this.#clock.nowMs
    return () => {
      if (this.#isCounted(begunAt)) timesMs.push(this.#clock.nowMs - begunAt)
    }
  }

  #isCounted(begunAt: number): boolean {
    return begunAt >= WARM_UP * this.#lengthMs
  }

  /** Half of it is always the same; the rest differs, and may be long at times. */
  #varied(meanMs: number): number {
    return meanMs / 2 + this.#exponential(meanMs / 2)
  }

  #exponential(meanMs: number): number {
    return -meanMs * Math.log(1 - this.#random())
  }

  /** When something that lasts so long was last done for each person, as if it had gone on for long. */
  #asIfLong(lastsMs: number, processes: number): Float64Array {
    const { people, checksPerMinute, burst } = this.#company
    // A page comes to this process with one of its checks or more.
    const pagesPerMinute = (checksPerMinute / burst) * (1 - (1 - 1 / processes) ** burst)
    const untilNextMs = MINUTE / pagesPerMinute
    const share = lastsMs / (lastsMs + untilNextMs)
    return Float64Array.from({ length: lastsMs > 0 ? people : 0 }, () =>
      this.#random() < share ? -this.#random() * lastsMs : Number.NEGATIVE_INFINITY,
    )
  }

  #busy() {
    const sum = (stations: Station[]) => stations.reduce((total, { busyMs }) => total + busyMs, 0)
    return {
      processes: sum(this.#processes.map(({ cpu }) => cpu)),
      primary: this.#primary.busyMs,
      replicas: sum(this.#replicas),
    }
  }

  #outcome(before: Busy, after: Busy): Outcome {
    const { processes, databaseCores, replicas } = this.#company
    const countedMs = (1 - WARM_UP) * this.#lengthMs
    const use = (name: keyof Busy, servers: number) =>
      servers === 0 ? 0 : (after[name] - before[name]) / (countedMs * servers)
    const [loginP50Ms = 0, loginP99Ms = 0] = quantiles(this.#loginsMs, [0.5, 0.99])
    const [checkP50Ms = 0, checkP99Ms = 0] = quantiles(this.#checksMs, [0.5, 0.99])
    return {
      logins: this.#loginRate * SECOND,
      checks: this.#checkRate * SECOND,
      processUse: use('processes', processes),
      databaseUse: use('primary', databaseCores),
      replicaUse: use('replicas', replicas * databaseCores),
      ...{ loginP50Ms, loginP99Ms, checkP50Ms, checkP99Ms },
      hits: this.#hits / Math.max(1, this.#checksMs.length),
      staleMs: Math.max(0, ...this.#stale.values()),
      staleShare: this.#endedAt.size === 0 ? 0 : this.#stale.size / this.#endedAt.size,
    }
  }
}

interface Busy {
  processes: number
  primary: number
  replicas: number
}
