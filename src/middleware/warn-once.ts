import type { Request } from 'express'

/** Clients choose many of the texts: so many are remembered. */
const MAX_REMEMBERED = 100

/** Writes a warning once for each text, so that nobody can fill the log with it. */
export class WarnOnce {
  readonly #written = new Set<string>()

  report(req: Request, text: string): void {
    if (this.#written.has(text) || this.#written.size >= MAX_REMEMBERED) return
    this.#written.add(text)
    req.report('warn', text, {})
  }
}
