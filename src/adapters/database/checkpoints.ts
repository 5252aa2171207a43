import { Worker } from 'node:worker_threads'

/** A start has other things to do, and nothing is as urgent as those. */
const BEGIN_AFTER_MS = 5000

/** Both sources and what is compiled of them have it beside them. */
const THREAD = new URL('./checkpoint-thread.mjs', import.meta.url)

/** It runs two statements, and what a thread may hold it comes to hold. */
const SMALL = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, codeRangeSizeMb: 1 }

interface Options {
  file: string
  beginAfterMs?: number | undefined
  /** Called with whether a thread makes the checkpoints by now. */
  onChange: (isAside: boolean) => void
}

/**
 * Copies what SQLite has written from its log into the file in a thread of its own. It takes tens of milliseconds for a
 * thousand pages, and else whichever request makes the log so long has all others wait for that.
 */
export class Checkpoints {
  readonly #timer: NodeJS.Timeout
  #thread: Worker | undefined

  constructor({ file, beginAfterMs = BEGIN_AFTER_MS, onChange }: Options) {
    this.#timer = setTimeout(() => {
      // Nothing that this process was started with is for it.
      const thread = new Worker(THREAD, { workerData: { file }, env: {}, execArgv: [], resourceLimits: SMALL })
      this.#thread = thread
      thread.unref()
      thread.once('message', () => onChange(true))
      // It fails where the disk does: what writes meets that, too, and says so.
      thread.once('error', () => {})
      thread.once('exit', () => onChange(false))
    }, beginAfterMs).unref()
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#thread?.terminate()
  }
}
