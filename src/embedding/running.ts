import { SECOND, withinOr } from '../time.js'

const FINISH_WITHIN_MS = 6 * SECOND

/** What is under way, so that nothing is cut off by the end. */
export class Running {
  readonly #all = new Set<Promise<unknown>>()

  add(work: Promise<unknown>): void {
    const ended = work.catch(() => {
      // Somebody else's to tell: here it has ended.
    })
    this.#all.add(ended)
    void ended.then(() => this.#all.delete(ended))
  }

  /** Once what runs now has ended, after six seconds at most. */
  async settled(): Promise<void> {
    await withinOr<unknown>(Promise.all(this.#all), FINISH_WITHIN_MS, undefined)
  }
}
