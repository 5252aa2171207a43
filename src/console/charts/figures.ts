import { type Html, html } from '../../pages/html.js'

/** One thing that a chart shows, in the order of its slots. `class` is a colour of the stylesheet. */
export interface Series {
  name: string
  class: 'good' | 'soft' | 'bad'
  values: readonly (number | undefined)[]
}

export interface Chart {
  title: string
  /** What it says in one sentence, for who does not see it. */
  summary: string
  /** The times along the bottom: the name of each slot. */
  slots: readonly string[]
  series: readonly Series[]
  /** How its numbers are written. */
  write(value: number): string
  words: ChartWords
}

export interface ChartWords {
  asTable: string
  /** The heading of the slots. */
  time: string
  nothing: string
}

/** The square in which curves are drawn; the stylesheet stretches it. */
export const WIDTH = 720
export const HEIGHT = 100

/** A chart with its legend, its axis and its numbers as a table: whoever sees no picture misses nothing. */
export function chartFigure(chart: Chart, drawing: Html, top: number): Html {
  const { title, summary, series, slots, write, words } = chart
  const shown = [0, Math.floor((slots.length - 1) / 2), slots.length - 1]
  return html`<figure class="chart"><figcaption><h2>${title}</h2>
<ul class="legend">${series.map((one) => html`<li class="${one.class}">${one.name}</li>`)}</ul></figcaption>
<div class="plot"><span>${write(top)}</span><svg role="img" aria-label="${title}: ${summary}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${drawing}</svg></div>
<div class="axis" aria-hidden="true">${shown.map((n) => html`<span>${slots[n]}</span>`)}</div>
${tableOf(chart, words)}</figure>
`
}

/** Only the times at which there was something. What HTML does without is left out, as there are many. */
function tableOf({ title, series, slots, write }: Chart, words: ChartWords): Html {
  const rows = slots.flatMap((slot, n) => {
    const values = series.map((one) => one.values[n])
    if (values.every((value) => !value)) return []
    return [html`<tr><th>${slot}${values.map((value) => html`<td>${value === undefined ? '–' : write(value)}`)}\n`]
  })
  if (rows.length === 0) return html`<p class="soft">${words.nothing}</p>`
  return html`<details><summary>${words.asTable}</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr><th scope="col">${words.time}${series.map(({ name }) => html`<th scope="col">${name}`)}<tbody>
${rows}</table></div></details>`
}
