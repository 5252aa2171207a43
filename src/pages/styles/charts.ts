/** The console's charts: the drawing stretches, its lines and the texts around it do not. */
export const charts = `
.chart { margin: 0 0 var(--s5); padding: var(--s5); background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius-large) }
.chart figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: var(--s1) var(--s4); margin-bottom: var(--s3) }
.chart h2 { margin: 0 }
.legend { display: flex; flex-wrap: wrap; gap: var(--s1) var(--s4); margin: 0; padding: 0; list-style: none; font-size: var(--small); color: var(--soft) }
.legend li::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-inline-end: .4em; border-radius: .15em; background: currentColor }
.legend .good::before { background: var(--accent) }
.legend .soft::before { background: var(--edge) }
.legend .bad::before { background: var(--bad) }
.plot { position: relative; border-bottom: 1px solid var(--edge); border-top: 1px solid var(--line) }
.plot > span { position: absolute; top: 0; left: 0; color: var(--soft); font-size: var(--small) }
.plot svg { display: block; width: 100%; height: 9rem }
.plot .good { fill: var(--accent); stroke: var(--accent) }
.plot .soft { fill: var(--edge); stroke: var(--edge) }
.plot .bad { fill: var(--bad); stroke: var(--bad) }
.plot path { stroke-width: 0 }
.plot .line { fill: none; stroke-width: 2; stroke-linejoin: round; vector-effect: non-scaling-stroke }
.plot .ground { fill-opacity: .15 }
.axis { display: flex; justify-content: space-between; margin: var(--s1) 0 var(--s3); color: var(--soft); font-size: var(--small) }
.chart .scroll { max-height: 20rem; overflow: auto }
.figure { font-size: 2rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums }
.cards .card p { margin: 0 }
.quick { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s4); margin: 0 0 var(--s4); font-size: .9375rem }
.filter.dense label { flex-basis: 8.5rem }
.dense td:first-child { white-space: nowrap }
.answer { font-size: var(--small) }
.alert > :last-child { margin-bottom: 0 }
@media (max-width: 40rem) {
  .table.dense td { display: inline-block; padding: 0; margin-inline-end: var(--s3) }
  .table.dense td:first-child { display: block }
  .table.dense td:empty, .table.dense td br { display: none }
}
.quick [aria-current] { color: inherit; font-weight: 600; text-decoration: none }
`
