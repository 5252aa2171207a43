import { HOUR } from '../../time.js'

/** How likely it is that somebody logs in within this hour of a workday: most at nine, and again after lunch. */
const LOGINS_BY_HOUR = [
  ...[0.001, 0, 0, 0, 0, 0.001, 0.008, 0.05, 0.22, 0.42, 0.14, 0.05],
  ...[0.03, 0.08, 0.07, 0.05, 0.04, 0.03, 0.02, 0.02, 0.015, 0.01, 0.005, 0.002],
]
const AT_WEEKENDS = 0.05

/** An hour as people in a time zone see it. */
export interface LocalHour {
  begin: Date
  /** 0 to 23. */
  hour: number
  isWorkday: boolean
}

/** Each hour from one point in time to another, of which neither need be the begin of an hour. */
export function hoursBetween(from: Date, until: Date, timeZone: string): LocalHour[] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', hourCycle: 'h23', weekday: 'short' })
  const hours: LocalHour[] = []
  for (let time = Math.floor(from.getTime() / HOUR) * HOUR; time < until.getTime(); time += HOUR) {
    const begin = new Date(time)
    const parts = format.formatToParts(begin)
    const part = (type: 'hour' | 'weekday') => parts.find((found) => found.type === type)?.value ?? ''
    hours.push({ begin, hour: Number(part('hour')), isWorkday: !['Sat', 'Sun'].includes(part('weekday')) })
  }
  return hours
}

/** How likely it is that somebody logs in within this hour. */
export function loginChance({ hour, isWorkday }: LocalHour): number {
  return (LOGINS_BY_HOUR[hour] ?? 0) * (isWorkday ? 1 : AT_WEEKENDS)
}
