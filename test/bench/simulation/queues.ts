/** What happens next, in the order of time; at the same time, in the order in which it was planned. */
export class Clock {
  nowMs = 0
  readonly #events: { at: number; order: number; happen: () => void }[] = []
  #planned = 0

  after(ms: number, happen: () => void): void {
    const events = this.#events
    const event = { at: this.nowMs + ms, order: this.#planned++, happen }
    let place = events.length
    events.push(event)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!isBefore(event, events[parent])) break
      events[place] = events[parent] as typeof event
      place = parent
    }
    events[place] = event
  }

  /** Until nothing is planned any more. */
  run(): void {
    for (let event = this.#next(); event; event = this.#next()) {
      this.nowMs = event.at
      event.happen()
    }
  }

  #next() {
    const events = this.#events
    const first = events[0]
    const last = events.pop()
    if (!first || !last || events.length === 0) return first
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= events.length) break
      if (isBefore(events[child + 1], events[child])) child += 1
      if (!isBefore(events[child], last)) break
      events[place] = events[child] as typeof last
      place = child
    }
    events[place] = last
    return first
  }
}

type Moment = { at: number; order: number } | undefined

function isBefore(one: Moment, other: Moment): boolean {
  if (!one || !other) return one !== undefined
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

const COMPACT_AT = 1024

/** So many places before one queue: who came first is let in first. */
export class Places {
  readonly #queue: (() => void)[] = []
  #first = 0
  #free: number

  constructor(places: number) {
    this.#free = places
  }

  enter(goOn: () => void): void {
    if (this.#free === 0) {
      this.#queue.push(goOn)
      return
    }
    this.#free -= 1
    goOn()
  }

  /** Hands the place to the next who waits. */
  leave(): void {
    const next = this.#queue[this.#first]
    if (!next) {
      this.#free += 1
      return
    }
    this.#first += 1
    if (this.#first >= COMPACT_AT) {
      this.#queue.splice(0, this.#first)
      this.#first = 0
    }
    next()
  }
}

/** Servers that each serve one at a time. */
export class Station {
  /** Time that they have spent serving, all together. */
  busyMs = 0
  readonly #clock: Clock
  readonly #places: Places

  constructor(clock: Clock, servers: number) {
    this.#clock = clock
    this.#places = new Places(servers)
  }

  /** Waits for a server, is served for so long, and goes on with `done`. */
  use(serviceMs: number, done: () => void): void {
    this.#places.enter(() => {
      this.busyMs += serviceMs
      this.#clock.after(serviceMs, () => {
        this.#places.leave()
        done()
      })
    })
  }
}
