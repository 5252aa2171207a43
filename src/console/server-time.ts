import { type Html, html } from '../pages/html.js'

const two = (number: number) => String(number).padStart(2, '0')

/** The server's time zone, in which the console says times: set by `TZ`. */
export function serverZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Such as `2026-11-26`. */
export function dateText(time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
}

/** Such as `08:01`. */
export function clockText(time: Date): string {
  return `${two(time.getHours())}:${two(time.getMinutes())}`
}

/** The clock alone on the same day, else the day too. */
export function shortTime(time: Date, now: Date): string {
  return dateText(time) === dateText(now) ? clockText(time) : `${dateText(time)} ${clockText(time)}`
}

/** A time to the second, in the server's zone: no `<time>`, which a script would say in the reader's own, unlike the filter. */
export function serverTime(time: Date): Html {
  return html`${dateText(time)} ${clockText(time)}:${two(time.getSeconds())}`
}

/** Midnight of the server's zone, so many days from this time. */
export function midnight(time: Date, days = 0): Date {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate() + days)
}

/** The midnight with which this day begins, written as date fields do; undefined where there is no such day. */
export function readDate(text: string | null): Date | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? '')?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined) return undefined
  const date = new Date(year, month - 1, day)
  return dateText(date) === text ? date : undefined
}
