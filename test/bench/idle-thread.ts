import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

/**
 * A thread that does nothing but note how late its timer is: what it waits for its turn, the machine makes wait,
 * whatever a server does.
 */
export class IdleThread implements AsyncDisposable {
  readonly #worker: Worker

  private constructor(worker: Worker) {
    this.#worker = worker
  }

  static async start(): Promise<IdleThread> {
    const worker = new Worker(new URL(import.meta.url))
    await once(worker, 'online')
    return new IdleThread(worker)
  }

  /** How long it has waited at most since this was last asked, in milliseconds. */
  async longestMs(): Promise<number> {
    const answered = once(this.#worker, 'message')
    this.#worker.postMessage('how long')
    return Number((await answered)[0])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}

/** Between two of its turns. */
const RESOLUTION_MS = 1

if (!isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  parentPort?.on('message', () => {
    parentPort?.postMessage(Math.max(0, delay.max / 1e6 - RESOLUTION_MS))
    delay.reset()
  })
}
