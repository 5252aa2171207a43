import { max, min } from 'd3-array'
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale'
import { line } from 'd3-shape'
import { MINUTE } from '../../../src/time.js'
import type { Sample } from './sampling.js'

export const WIDTH = 860
export const HEIGHT = 96

export type Scale = ScaleContinuousNumeric<number, number>

/** One small chart. */
export interface Panel {
  title: string
  isLog?: boolean
  /** A curve of each server for each of them; the first is strong, others faint. */
  values: ((sample: Sample) => number | undefined)[]
}

interface Server {
  samples: readonly Sample[]
  /** The classes of its curves. */
  look: string
}

/** A chart with its axes: a curve for each server, `x` in minutes. */
export function panelOf({ title, values, isLog = false }: Panel, servers: readonly Server[], x: Scale): string {
  const all = servers.flatMap(({ samples }) => samples.flatMap((sample) => values.map((value) => value(sample))))
  const known = all.filter((value) => value !== undefined)
  const y = isLog ? logarithmic(known) : linear(known)
  const curves = servers.flatMap(({ samples, look }) =>
    values.map((value, n) => curve(samples, value, { x, y, look: n > 0 ? `${look} faint` : look })),
  )
  return `<text class="title" y="-10">${title}</text>${heights(y, isLog)}${times(x)}${curves.join('')}`
}

function linear(values: number[]): Scale {
  return scaleLinear()
    .domain([0, Math.max(1, max(values) ?? 1)])
    .nice(3)
    .range([HEIGHT, 0])
}

function logarithmic(values: number[]): Scale {
  const bottom = min(values.filter((value) => value > 0)) ?? 1
  return scaleLog()
    .domain([bottom, Math.max(max(values) ?? 1, 10 * bottom)])
    .nice()
    .range([HEIGHT, 0])
}

function heights(y: Scale, isLog: boolean): string {
  const ticks = isLog ? y.ticks().filter((tick) => Number.isInteger(round(Math.log10(tick), 1000))) : y.ticks(3)
  return ticks
    .map((tick) => {
      const at = round(y(tick))
      return `<path class="grid" d="M0 ${at}h${WIDTH}"/><text class="soft" x="-8" y="${at + 4}" text-anchor="end">${tick}</text>`
    })
    .join('')
}

/** The last one has the unit. */
function times(x: Scale): string {
  const ticks = x.ticks(6)
  return ticks
    .map((tick, n) => {
      const text = n === ticks.length - 1 ? `${tick} min` : tick
      return `<text class="soft" x="${round(x(tick))}" y="${HEIGHT + 17}" text-anchor="middle">${text}</text>`
    })
    .join('')
}

function curve(
  samples: readonly Sample[],
  value: Panel['values'][number],
  { x, y, look }: { x: Scale; y: Scale; look: string },
): string {
  const path = line<Sample>()
    .defined((sample) => value(sample) !== undefined)
    .x(({ atMs }) => round(x(atMs / MINUTE)))
    .y((sample) => round(y(value(sample) ?? 0)))([...samples])
  return path ? `<path class="curve ${look}" d="${path}"/>` : ''
}

export function round(value: number, parts = 10): number {
  return Math.round(parts * value) / parts
}
