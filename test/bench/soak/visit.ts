import { cookieHeader, type Question } from '../door.js'
import type { Deployment } from './deployment.js'
import { type Exchange, promisedRefusal, type Step } from './promises.js'
import type { Records } from './records.js'

/** One operation under way: what it asks, how long the server took for it, and whether it was refused as promised. */
export class Visit {
  /** The server's share of the time. */
  ms = 0
  readonly #deployment: Deployment
  readonly #records: Records

  constructor(deployment: Deployment, records: Records) {
    this.#deployment = deployment
    this.#records = records
  }

  /** Programs are told errors in JSON, whose codes can be checked. */
  async ask(step: Step, { headers, ...question }: Question, cookies?: ReadonlyMap<string, string>): Promise<Exchange> {
    const cookie = cookies && cookies.size > 0 ? { cookie: cookieHeader(cookies) } : {}
    const beganAt = Date.now()
    const begun = performance.now()
    const answer = await this.#deployment.door.ask({
      ...question,
      headers: { accept: 'application/json', 'user-agent': 'soak', ...cookie, ...headers },
    })
    this.ms += performance.now() - begun
    return { step, answer, beganAt, endedAt: Date.now() }
  }

  /** Whether it is a refusal that may be; it is counted. @throws {WrongAnswer} */
  isPromised(exchange: Exchange): boolean {
    const { faults, database } = this.#deployment
    const code = promisedRefusal(exchange, faults, database)
    if (code) this.#records.refused(code)
    return code !== undefined
  }
}
