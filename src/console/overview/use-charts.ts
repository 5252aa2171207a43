import { type Html, html } from '../../pages/html.js'
import type { Language } from '../../pages/texts.js'
import type { HourlyFigure } from '../../services/audit-trail.js'
import type { Series } from '../charts/figures.js'
import { lineChart } from '../charts/line-chart.js'
import { overviewTexts } from '../texts/overview.js'
import type { Visit } from '../visit.js'
import { countTable } from './count-table.js'
import { latencyOf } from './latency.js'
import type { Times } from './login-charts.js'
import { bySlot, total, totalsBy } from './slots.js'

/** So many applications or calls are listed: a page stays below its size. */
const MAX_ROWS = 20

/** How long DingTalk takes, over time and by call. */
export function latencyChart(language: Language, { starts, slots }: Times, figures: readonly HourlyFigure[]): Html {
  const { charts } = overviewTexts[language]
  const write = (ms: number) => (Number.isFinite(ms) ? charts.ms(ms) : charts.slower)
  const latencies = bySlot(figures, starts).map(latencyOf)
  const all = latencyOf(figures)
  const series: Series[] = [
    { name: charts.p95, class: 'soft', values: latencies.map(({ p95 }) => finite(p95)) },
    { name: charts.median, class: 'good', values: latencies.map(({ median }) => finite(median)) },
  ]
  const known = (ms: number | undefined) => (ms === undefined ? '–' : write(ms))
  const summary = charts.latencySummary(all.calls, known(all.median))
  const rows = totalsBy(figures, 'name').map(([call]) => {
    const { calls, failures, median, p95 } = latencyOf(figures.filter(({ name }) => name === call))
    return [html`<code>${call}</code>`, calls, failures, known(median), known(p95)]
  })
  const columns = [charts.call, charts.calls, charts.failures, charts.median, charts.p95]
  return html`${lineChart({ title: charts.latency, summary, slots, series, write, words: charts })}
${rows.length > 0 && countTable({ title: charts.perCall, columns, rows: rows.slice(0, MAX_ROWS) })}`
}

/** What took longer than the last bound is drawn at twice of it, so that it is seen. */
function finite(ms: number | undefined): number | undefined {
  return ms === Number.POSITIVE_INFINITY ? 60_000 : ms
}

/** Which applications are used most. */
export function applicationsTable(
  { language, href }: Pick<Visit, 'language' | 'href'>,
  figures: readonly HourlyFigure[],
): Html | undefined {
  const { charts } = overviewTexts[language]
  const of = (id: string, event: string) => total(figures.filter(({ name, detail }) => name === id && detail === event))
  const entered = figures.filter(({ detail }) => detail === 'application_entered')
  const refused = figures.filter(({ detail }) => detail === 'application_refused')
  const ids = totalsBy([...entered, ...refused], 'name').map(([id]) => id)
  if (ids.length === 0) return undefined
  const rows = ids
    .slice(0, MAX_ROWS)
    .map((id) => [
      html`<a href="${href('/admin/trail', { application: id })}"><bdi>${id}</bdi></a>`,
      of(id, 'application_entered'),
      of(id, 'application_refused'),
    ])
  return countTable({
    title: charts.applications,
    columns: [charts.application, charts.entered, charts.refusedThere],
    rows,
  })
}
