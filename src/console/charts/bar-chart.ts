import { max } from 'd3-array'
import { scaleBand, scaleLinear } from 'd3-scale'
import { stack } from 'd3-shape'
import { type Html, html } from '../../pages/html.js'
import { type Chart, chartFigure, HEIGHT, WIDTH } from './figures.js'

/** One bar for each slot, its series above each other. */
export function barChart(chart: Chart): Html {
  const { series, slots } = chart
  const layers = stack<number, number>()
    .keys(series.keys())
    .value((slot, layer) => series[layer]?.values[slot] ?? 0)([...slots.keys()])
  const top = niceTop(max(layers.flat(), ([, end]) => end) ?? 0)
  const x = scaleBand<number>().domain(slots.keys()).rangeRound([0, WIDTH]).paddingInner(0.2)
  const y = scaleLinear().domain([0, top]).rangeRound([HEIGHT, 0])
  const width = Math.max(1, x.bandwidth())
  const bars = layers.map((layer, n) => {
    const path = layer.map(([begin, end], slot) => bar(x(slot) ?? 0, width, y(begin), y(end))).join('')
    return path && html`<path class="${series[n]?.class}" d="${path}"/>`
  })
  return chartFigure(chart, html`${bars}`, top)
}

/** A rectangle, in as few characters as SVG has for one; nothing where it would have no height. */
function bar(left: number, width: number, bottom: number, top: number): string {
  return bottom > top ? `M${left} ${bottom}V${top}h${width}V${bottom}z` : ''
}

/** A round number that is no less: the height of the whole chart. */
export function niceTop(value: number): number {
  return (
    scaleLinear()
      .domain([0, Math.max(1, value)])
      .nice(4)
      .domain()[1] ?? value
  )
}
