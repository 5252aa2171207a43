import { setTimeout as sleep } from 'node:timers/promises'
import { SECOND } from '../../../src/time.js'
import type { Deployment } from './deployment.js'
import type { Outcomes, Records } from './records.js'

const LAG = /^dingtalk_login_nodejs_eventloop_lag_(p50|p99|max)_seconds (\S+)$/gm

/** One line of the record: what a server was like after, say, a minute, and what it did meanwhile. */
export interface Sample extends Outcomes {
  /** Since the start of the load. */
  atMs: number
  rssMb: number
  handles: number
  /** Of one core. */
  cpuShare: number
  /** Undefined where the scrape was not answered. */
  lagP99Ms: number | undefined
  lagMaxMs: number | undefined
}

/** Looks at a server again and again. */
export class Sampler {
  readonly samples: Sample[] = []
  readonly #deployment: Deployment
  readonly #records: Records
  readonly #startedAt = performance.now()
  #last: { at: number; cpuMs: number }

  constructor(deployment: Deployment, records: Records) {
    this.#deployment = deployment
    this.#records = records
    this.#last = { at: this.#startedAt, cpuMs: deployment.program.cpuMs() }
  }

  /** Looks every so often until it is stopped. */
  async goOn(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal }).catch(() => {})
      await this.sample()
    }
  }

  async sample(): Promise<Sample> {
    const { program } = this.#deployment
    const [at, cpuMs] = [performance.now(), program.cpuMs()]
    const lag = await this.#lag()
    const sample = {
      atMs: at - this.#startedAt,
      rssMb: program.memory().nowMb,
      handles: program.handles().length,
      cpuShare: (cpuMs - this.#last.cpuMs) / (at - this.#last.at),
      lagP99Ms: lag.get('p99'),
      lagMaxMs: lag.get('max'),
      ...this.#records.take(),
    }
    this.#last = { at, cpuMs }
    this.samples.push(sample)
    return sample
  }

  /** The server's own figures since it was last asked. */
  async #lag(): Promise<Map<string, number>> {
    try {
      const text = await (await fetch(this.#deployment.metricsUrl)).text()
      return new Map(Array.from(text.matchAll(LAG), ([, name = '', value]) => [name, SECOND * Number(value)]))
    } catch {
      return new Map()
    }
  }
}
