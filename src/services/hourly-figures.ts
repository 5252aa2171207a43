import { HOUR } from '../time.js'
import type { HourlyFigure } from './audit-trail.js'

/** As many as some hours have, however long the database is away. */
const MAX_FIGURES = 2000
const MAX_TEXT = 100

/** What has been counted and is not in the database yet. */
export class HourlyFigures {
  readonly #figures = new Map<string, HourlyFigure>()

  get isEmpty(): boolean {
    return this.#figures.size === 0
  }

  add(at: number, { figure, name, detail, value }: Omit<HourlyFigure, 'hour'>): void {
    this.#put({ hour: new Date(at - (at % HOUR)), figure, name: cut(name), detail: cut(detail), value })
  }

  /** Takes some out, in the order of their keys: two processes that write the same ones never wait for each other. */
  take(count: number): HourlyFigure[] {
    const keys = [...this.#figures.keys()].sort().slice(0, count)
    return keys.flatMap((key) => {
      const figure = this.#figures.get(key)
      this.#figures.delete(key)
      return figure ? [figure] : []
    })
  }

  putBack(figures: HourlyFigure[]): void {
    for (const figure of figures) this.#put(figure)
  }

  #put(figure: HourlyFigure): void {
    const key = `${figure.hour.getTime()}\n${figure.figure}\n${figure.name}\n${figure.detail}`
    const known = this.#figures.get(key)
    if (!known) {
      if (this.#figures.size < MAX_FIGURES) this.#figures.set(key, { ...figure })
    } else if (figure.figure === 'signed_in') known.value = Math.max(known.value, figure.value)
    else known.value += figure.value
  }
}

function cut(text: string): string {
  return text.includes('\0') ? cut(text.replaceAll('\0', '')) : text.slice(0, MAX_TEXT)
}
