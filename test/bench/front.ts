import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { lastingPort } from '../support/command.js'
import { makeCertificate, placeNginx } from '../support/deployment.js'
import { nginx, type RunningProxy } from '../support/proxy.js'
import { Door } from './door.js'
import { childrenOf, cpuMsOf } from './process-costs.js'

/** As reached from what is compiled. */
const CONFIGURATION = new URL('../../../deploy/nginx.conf', import.meta.url)

interface Options {
  directory: string
  port: number
  /** The ports of the processes behind it. */
  servers: readonly number[]
  browsers: number
}

/** nginx with the configuration that is deployed, TLS included. */
export class Front extends Door implements AsyncDisposable {
  readonly #proxy: RunningProxy
  readonly #kill: () => void

  private constructor(port: number, browsers: number, proxy: RunningProxy) {
    super(originOfFront(port), browsers)
    this.#proxy = proxy
    this.#kill = () => void (proxy.pid && process.kill(proxy.pid, 'SIGTERM'))
    process.on('exit', this.#kill)
  }

  static async start({ directory, port, servers, browsers }: Options): Promise<Front> {
    const own = path.join(directory, `nginx-${port}`)
    mkdirSync(own)
    makeCertificate(own)
    const place = { directory: own, port, plainPort: await lastingPort(), servers }
    return new Front(port, browsers, await nginx.start(placeNginx(readFileSync(CONFIGURATION, 'utf8'), place)))
  }

  /** User and system time of nginx so far. */
  cpuMs(): number {
    const { pid } = this.#proxy
    return cpuMsOf(pid) + childrenOf(pid).reduce((sum, worker) => sum + cpuMsOf(worker), 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill)
    await this.leave()
    await this.#proxy.stop()
  }
}

/** What people see of it, and the servers' PUBLIC_URL. */
export function originOfFront(port: number): string {
  return `https://127.0.0.1:${port}`
}
