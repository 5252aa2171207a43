/** Whether requests can be served: the database answers, and no stop has been asked for. */
export class Readiness {
  readonly #isDatabaseAnswering: () => Promise<boolean>
  #isStopping = false

  constructor(isDatabaseAnswering: () => Promise<boolean>) {
    this.#isDatabaseAnswering = isDatabaseAnswering
  }

  async isReady(): Promise<boolean> {
    return !this.#isStopping && (await this.#isDatabaseAnswering())
  }

  /** From now on it says no, so that no new work is sent here. */
  beginStop(): void {
    this.#isStopping = true
  }
}
