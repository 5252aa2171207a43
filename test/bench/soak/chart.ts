import { max, min } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { MINUTE, SECOND } from '../../../src/time.js'
import type { FaultKind } from './faults.js'
import { HEIGHT, type Panel, panelOf, round, type Scale, WIDTH } from './panel.js'
import type { OperationName } from './records.js'
import type { Soak, SoakReport } from './soak-report.js'

const MARGIN = { left: 64, right: 36, top: 118, bottom: 34 }
/** From the top of a chart to that of the next. */
const STEP = HEIGHT + 52
/** A fault of a few seconds has to be seen in an hour. */
const NARROWEST = 3

const FAULT_NAMES: Record<FaultKind, string> = {
  lost: 'database connections end',
  throttled: 'DingTalk throttles',
  dead: 'DingTalk is dead',
  away: 'database away',
}

const PANELS: Panel[] = [
  {
    title: 'refusals since the sample before, each one promised',
    values: [({ refusals }) => Object.values(refusals).reduce((sum, count) => sum + count, 0)],
  },
  { title: 'memory: resident, MB', values: [({ rssMb }) => rssMb] },
  { title: 'open handles: files and connections', values: [({ handles }) => handles] },
  { title: 'CPU: per cent of a core', values: [({ cpuShare }) => 100 * cpuShare] },
  { title: 'event loop: ms from turn to turn of a timer of 10 ms, p99', values: [({ lagP99Ms }) => lagP99Ms] },
  ...(['returning login', 'me', 'verify', 'application login'] as const).map(latencies),
]

function latencies(name: OperationName): Panel {
  const values: Panel['values'] = [
    ({ operations }) => operations[name]?.p99Ms,
    ({ operations }) => operations[name]?.p50Ms,
  ]
  return { title: `${name}: ms to the answer, p99 and, faint, p50`, isLog: true, values }
}

const STYLE = `svg{--ink:#1c2430;--soft:#66707e;--line:#e3e7ec;--fault:#c2410c;--a:#1c6fd1;--b:#0a8f78;background:#fff;font:12px system-ui,sans-serif}
@media(prefers-color-scheme:dark){svg{--ink:#e6eaf0;--soft:#98a3b3;--line:#2c343f;--fault:#ff9457;--a:#6cb0ff;--b:#3fd0b4;background:#12161c}}
text{fill:var(--ink)}.title{font-weight:600}.soft{fill:var(--soft)}.grid{stroke:var(--line)}.shade{fill:var(--fault);opacity:.16}.fault{fill:var(--fault)}
.curve{fill:none;stroke-width:1.6;stroke-linejoin:round}.faint{opacity:.45;stroke-width:1.1}.a{stroke:var(--a)}.b{stroke:var(--b)}.dashed{stroke-dasharray:5 3}`

/** A picture of all samples: small charts below each other, with the faults shaded through each of them. */
export function chart(report: SoakReport): string {
  const { soaks, minutes, perSecond } = report
  const lastAtMs = max(soaks, ({ samples }) => samples.at(-1)?.atMs ?? 0) ?? 0
  const x = scaleLinear()
    .domain([0, Math.max(minutes, lastAtMs / MINUTE)])
    .range([0, WIDTH])
  const faults = faultsOf(report, x)
  const servers = soaks.map(({ samples }, n) => ({ samples, look: look(n) }))
  const shades = faults.map(({ left, width }) => `<path class="shade" d="M${left} 0h${width}v${HEIGHT}h-${width}z"/>`)
  const panels = PANELS.map(
    (panel, n) => `<g transform="translate(${MARGIN.left} ${MARGIN.top + n * STEP})">
${shades.join('')}${panelOf(panel, servers, x)}</g>`,
  )
  const wrong = soaks.reduce((sum, one) => sum + one.wrong.length, 0)
  const heading = `${minutes} minutes, ${perSecond} operations a second at each server: ${wrong} wrong answers`
  const [width, height] = [MARGIN.left + WIDTH + MARGIN.right, MARGIN.top + PANELS.length * STEP - 52 + MARGIN.bottom]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${heading}">
<style>${STYLE}</style>
<g transform="translate(${MARGIN.left} 0)"><text class="title" y="26" font-size="15">${heading}</text>
${legend(soaks)}
${faults.map(({ name, left, width }, n) => `<text class="fault" x="${left + width / 2}" y="${n % 2 ? 84 : 70}" text-anchor="middle">${name}</text>`).join('')}</g>
${panels.join('\n')}
</svg>
`
}

/** The database has the colour, the flow the dashes. */
function look(n: number): string {
  return `${n < 2 ? 'a' : 'b'}${n % 2 ? ' dashed' : ''}`
}

function legend(soaks: readonly Soak[]): string {
  return soaks
    .map(
      ({ name }, n) =>
        `<path class="curve ${look(n)}" d="M${n * 200} 46h28"/><text x="${n * 200 + 34}" y="50">${name}</text>`,
    )
    .join('')
}

interface ShownFault {
  name: string
  left: number
  width: number
}

/** Each kind once, as all servers suffer it at about the same time. */
function faultsOf({ soaks, startedAt }: SoakReport, x: Scale): ShownFault[] {
  const all = soaks.flatMap(({ faults }) => faults)
  return [...new Set(all.map(({ kind }) => kind))].map((kind) => {
    const spans = all.filter((span) => span.kind === kind)
    const from = min(spans, ({ beganAt }) => beganAt) ?? 0
    const to = max(spans, ({ endedAt }) => endedAt) ?? 0
    const left = round(x((from - startedAt) / MINUTE))
    const width = Math.max(NARROWEST, round(x((to - startedAt) / MINUTE) - left))
    return { name: `${FAULT_NAMES[kind]}, ${Math.round((to - from) / SECOND)} s`, left, width }
  })
}
