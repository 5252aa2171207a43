import { bisectRight } from 'd3-array'
import type { HourlyFigure } from '../../services/audit-trail.js'
import { HOUR } from '../../time.js'

export type By = 'hour' | 'day'

const COUNT: Record<By, number> = { hour: 48, day: 90 }

/**
 * When each slot of a chart begins, the present one last: 48 hours, or 90 days of the server's time zone. Figures are
 * kept by hours of UTC, and an hour belongs to the day in which it begins.
 */
export function slotStarts(by: By, now: Date): Date[] {
  const numbers = Array.from({ length: COUNT[by] }, (_, n) => n - COUNT[by] + 1)
  if (by === 'day') return numbers.map((n) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + n))
  const thisHour = Math.floor(now.getTime() / HOUR) * HOUR
  return numbers.map((n) => new Date(thisHour + n * HOUR))
}

/** These figures by the slot that each falls into; those before the first are left out. */
export function bySlot(figures: readonly HourlyFigure[], starts: readonly Date[]): HourlyFigure[][] {
  const slots: HourlyFigure[][] = starts.map(() => [])
  for (const figure of figures) slots[bisectRight(starts, figure.hour) - 1]?.push(figure)
  return slots
}

/** How many these are together. */
export function total(figures: readonly HourlyFigure[]): number {
  return figures.reduce((sum, { value }) => sum + value, 0)
}

/** How many of them there are by this word of theirs, the most first. */
export function totalsBy(figures: readonly HourlyFigure[], word: 'name' | 'detail'): [string, number][] {
  const totals = new Map<string, number>()
  for (const figure of figures) totals.set(figure[word], (totals.get(figure[word]) ?? 0) + figure.value)
  return [...totals].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
}
