import { max } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { area, line } from 'd3-shape'
import { type Html, html } from '../../pages/html.js'
import { niceTop } from './bar-chart.js'
import { type Chart, chartFigure, HEIGHT, type Series, WIDTH } from './figures.js'

/** A line for each series, with gaps where nothing is known; the ground below it is filled where it is the only one. */
export function lineChart(chart: Chart): Html {
  const { series, slots } = chart
  const top = niceTop(max(series, ({ values }) => max(values.filter((value) => value !== undefined))) ?? 0)
  const x = scaleLinear()
    .domain([0, slots.length - 1])
    .rangeRound([0, WIDTH])
  const y = scaleLinear().domain([0, top]).rangeRound([HEIGHT, 0])
  return chartFigure(chart, html`${series.map((one) => curve(one, { x, y, isAlone: series.length === 1 }))}`, top)
}

type Scale = (value: number) => number
type Value = number | undefined

function curve(series: Series, { x, y, isAlone }: { x: Scale; y: Scale; isAlone: boolean }): Html {
  // A value between gaps has no way to its neighbours: without a step of its own it would not be seen.
  const steps = series.values.flatMap((value, n) =>
    isLonely(series.values, n)
      ? [
          { at: n - 0.4, value },
          { at: n + 0.4, value },
        ]
      : [{ at: n, value }],
  )
  const isKnown = ({ value }: { value: Value }) => value !== undefined
  const at = (step: { at: number }) => x(step.at)
  const height = ({ value }: { value: Value }) => y(value ?? 0)
  const ground = isAlone && area<(typeof steps)[number]>().defined(isKnown).x(at).y0(HEIGHT).y1(height)(steps)
  const path = line<(typeof steps)[number]>().defined(isKnown).x(at).y(height)(steps)
  return html`${ground && html`<path class="ground ${series.class}" d="${ground}"/>`}${path && html`<path class="line ${series.class}" d="${path}"/>`}`
}

function isLonely(values: readonly Value[], n: number): boolean {
  return values[n] !== undefined && values[n - 1] === undefined && values[n + 1] === undefined
}
