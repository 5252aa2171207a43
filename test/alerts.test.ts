import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { errorTable } from '../src/errors.js'
import { type Sample, samples } from './support/metrics.js'
import { createWorld, type World } from './support/world.js'

const read = (file: string) => readFileSync(new URL(`../deploy/${file}`, import.meta.url), 'utf8')

const alert = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().regex(/^\d+[sm]$/),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string().min(20), description: z.string().min(40) }),
})
const alertFile = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alert) })) })
const alerts = alertFile.parse(parse(read('prometheus-alerts.yaml'))).groups.flatMap(({ rules }) => rules)

const panel = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string(),
  datasource: z.object({ uid: z.string() }).optional(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
})
const variable = z.object({ name: z.string(), type: z.string(), definition: z.string().optional() })
const dashboard = z
  .object({ uid: z.string(), templating: z.object({ list: z.array(variable) }), panels: z.array(panel) })
  .parse(JSON.parse(read('grafana-dashboard.json')))
const queries = dashboard.panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target })))
const variables = dashboard.templating.list.flatMap(({ definition }) => {
  const [, expr, label] = /^label_values\((.*), (\w+)\)$/.exec(definition ?? '') ?? []
  return expr && label ? [{ title: definition ?? '', expr, legendFormat: `{{${label}}}` }] : []
})

const expressions = [
  ...alerts.map(({ alert, expr, annotations }) => ({ where: alert, expr, text: Object.values(annotations).join() })),
  ...[...queries, ...variables].map(({ title, expr, legendFormat }) => ({ where: title, expr, text: legendFormat })),
]

const CHOSEN = /^\$\{datasource\}$/

/** What Prometheus adds to everything that it scrapes. */
const SCRAPE_LABELS = ['job', 'instance']
const KEYWORDS = new Set(['and', 'or', 'unless', 'by', 'on', 'offset', 'bool'])

interface Named {
  /** Each with the labels that its braces name, and the values that they are compared with. */
  metrics: { name: string; matchers: { label: string; values: string[] }[] }[]
  /** In `by (…)`, `on (…)`. */
  groupings: string[]
}

/** What an expression of PromQL names. */
function namesIn(expr: string): Named {
  const groupings: string[] = []
  const rest = expr.replace(/\b(?:by|on|without|ignoring) *\(([^)]*)\)/g, (_, labels: string) => {
    groupings.push(...labels.split(/[, ]+/))
    return ''
  })
  const metrics = [...rest.matchAll(/(?<![\w$"])([a-z_:][\w:]*)(?! *\(|\w)(?:\{([^}]*)\})?/gi)].flatMap((match) => {
    const [, name = '', braces = ''] = match
    // What stands in a range or in braces belongs to its metric.
    const before = rest.slice(0, match.index)
    if (KEYWORDS.has(name) || /[[{][^\]}]*$/.test(before) || /\d$/.test(before)) return []
    const matchers = [...braces.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]*)"/g)].map(([, label = '', value = '']) => ({
      label,
      values: value.startsWith('$') ? [] : value.split('|'),
    }))
    return [{ name, matchers }]
  })
  return { metrics, groupings }
}

describe('what the dashboard and the alerts name', () => {
  let world: World
  let exposed: Sample[]

  beforeAll(async () => {
    world = await createWorld({ METRICS_PORT: '0', DINGTALK_EVENTS: 'stream' })
    const browser = world.browser()
    await browser.get('/login').expect(200)
    await browser.get(await browser.scan('wangwu')).expect(403)
    await browser.logIn()
    for (const path of ['/me', '/verify', '/sessions', '/healthz', '/nothing']) await browser.get(path)
    exposed = await samples(world)
  })
  afterAll(() => world[Symbol.asyncDispose]())

  const labelsOf = (name: string) =>
    new Set([...SCRAPE_LABELS, ...exposed.filter((s) => s.name === name).flatMap((s) => Object.keys(s.labels))])

  it.each(expressions)('exists: $where', ({ expr, text }) => {
    const { metrics, groupings } = namesIn(expr)
    expect(metrics).not.toEqual([])
    const known = new Set<string>()
    for (const { name, matchers } of metrics) {
      if (name !== 'up') expect(exposed.map((sample) => sample.name)).toContain(name)
      const labels = labelsOf(name)
      for (const label of labels) known.add(label)
      for (const { label, values } of matchers) {
        expect([...labels], name).toContain(label)
        for (const value of values) expectPossible(label, value)
      }
    }
    const shown = [...text.matchAll(/\{\{ *(?:\$labels\.)?(\w+) *\}\}/g)].map(([, label]) => label)
    for (const label of [...groupings, ...shown]) expect([...known]).toContain(label)
    // Only what the sum keeps can be shown.
    if (groupings.length > 0) for (const label of shown) expect(groupings).toContain(label)
  })

  function expectPossible(label: string, value: string): void {
    const statuses = Object.values(errorTable).map(({ status }) => String(status))
    if (label === 'outcome') expect(['ok', 'succeeded', ...Object.keys(errorTable)]).toContain(value)
    else if (label === 'status') expect(['aborted', ...statuses]).toContain(value)
    else if (label === 'job') expect(value).toBe('dingtalk-login')
    else expect(exposed.map(({ labels }) => labels[label])).toContain(value)
  }
})

describe('an expression', () => {
  it('is read whole', () => {
    const expr =
      'histogram_quantile(0.95, sum by (job, le) (rate(a_bucket{x=~"1|2",y!="$z"}[10m]))) > 2 and b unless on (c) d offset 5m or absent(up{}) == 1e3'
    expect(namesIn(expr)).toEqual({
      metrics: [
        {
          name: 'a_bucket',
          matchers: [
            { label: 'x', values: ['1', '2'] },
            { label: 'y', values: [] },
          ],
        },
        ...['b', 'd', 'up'].map((name) => ({ name, matchers: [] })),
      ],
      groupings: ['job', 'le', 'c'],
    })
  })
})

describe('the dashboard', () => {
  it('asks the data source that its user chooses, in panels that do not overlap', () => {
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' })
    expect(variables.map(({ legendFormat }) => legendFormat)).toEqual(['{{job}}', '{{instance}}'])
    const cells = new Set<string>()
    for (const { type, title, datasource, targets, gridPos } of dashboard.panels) {
      if (type !== 'row') {
        expect(datasource?.uid, title).toMatch(CHOSEN)
        expect(targets, title).not.toEqual([])
      }
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([...cells]).not.toContain(`${x},${y}`)
          cells.add(`${x},${y}`)
        }
      }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })

  it('takes the max of what every process says of the whole database, never the sum', () => {
    const asking = expressions.filter(({ expr }) => expr.includes('sessions_alive'))
    expect(asking.length).toBeGreaterThan(2)
    for (const { expr } of asking) expect(expr).toMatch(/\bmax\b/)
  })
})

describe('the alerts', () => {
  it('have names of their own', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
  })
})
