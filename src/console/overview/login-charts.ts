import { type Html, html } from '../../pages/html.js'
import type { Language } from '../../pages/texts.js'
import type { HourlyFigure } from '../../services/audit-trail.js'
import { barChart } from '../charts/bar-chart.js'
import type { Series } from '../charts/figures.js'
import { lineChart } from '../charts/line-chart.js'
import { outcomeWords } from '../outcome-words.js'
import { overviewTexts } from '../texts/overview.js'
import { countTable } from './count-table.js'
import { bySlot, total, totalsBy } from './slots.js'

/** Where a chart's numbers stand in time. */
export interface Times {
  starts: readonly Date[]
  /** What each is called. */
  slots: readonly string[]
}

/** How many logins went well and how many did not, with the reasons. */
export function loginsChart(language: Language, { starts, slots }: Times, events: readonly HourlyFigure[]): Html {
  const { charts } = overviewTexts[language]
  const logins = events.filter(({ name }) => name === 'login_succeeded')
  const refusals = events.filter(({ name }) => name === 'login_refused')
  const values = (of: readonly HourlyFigure[]) => bySlot(of, starts).map(total)
  const series: Series[] = [
    { name: charts.succeeded, class: 'good', values: values(logins) },
    { name: charts.refused, class: 'soft', values: values(refusals.filter((one) => !isDingTalks(one))) },
    { name: charts.refusedByDingTalk, class: 'bad', values: values(refusals.filter(isDingTalks)) },
  ]
  const summary = charts.loginsSummary(total(logins), total(refusals))
  const reasons = totalsBy(refusals, 'detail').map(([code, count]) => [outcomeWords(code, language), count] as const)
  return html`${barChart({ title: charts.logins, summary, slots, series, write: String, words: charts })}
${reasons.length > 0 && countTable({ title: charts.reasons, columns: [charts.reason, charts.count], rows: reasons })}`
}

function isDingTalks({ detail }: HourlyFigure): boolean {
  return detail.startsWith('dingtalk_')
}

/** The most people who were signed in at a time. */
export function peopleChart(language: Language, { starts, slots }: Times, figures: readonly HourlyFigure[]): Html {
  const { charts } = overviewTexts[language]
  const values = bySlot(figures, starts).map((of) => (of.length > 0 ? most(of) : undefined))
  const series: Series[] = [{ name: charts.people, class: 'good', values }]
  const summary = charts.peopleSummary(most(figures))
  return lineChart({ title: charts.people, summary, slots, series, write: String, words: charts })
}

function most(figures: readonly HourlyFigure[]): number {
  return Math.max(0, ...figures.map(({ value }) => value))
}
