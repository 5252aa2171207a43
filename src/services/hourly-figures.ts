import { HOUR } from '../time.js'
import { bounded } from './audit-bounds.js'
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
    this.#put(at - (at % HOUR), figure, bounded(name, MAX_TEXT), bounded(detail, MAX_TEXT), value)
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
    for (const { hour, figure, name, detail, value } of figures) this.#put(hour.getTime(), figure, name, detail, value)
  }

  #put(hour: number, figure: HourlyFigure['figure'], name: string, detail: string, value: number): void {
    const key = `${hour}\n${figure}\n${name}\n${detail}`
    const known = this.#figures.get(key)
    if (!known) {
      if (this.#figures.size < MAX_FIGURES)
        this.#figures.set(key, { hour: new Date(hour), figure, name, detail, value })
    } else if (figure === 'signed_in') known.value = Math.max(known.value, value)
    else known.value += value
  }
}
