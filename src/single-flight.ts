/** Lets one run of some work at a time serve all who ask for it meanwhile, by key. */
export class SingleFlight<Key, Result> {
  readonly #inFlight = new Map<Key, Promise<Result>>()

  /** Begins `work`, or shares the run that is under way. */
  run(key: Key, work: () => Promise<Result>): Promise<Result> {
    const run = this.#inFlight.get(key) ?? work().finally(() => this.#inFlight.delete(key))
    this.#inFlight.set(key, run)
    return run
  }
}
