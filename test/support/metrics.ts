import type { World } from './world.js'

/** One line of the exposition. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export async function scrape({ metricsUrl }: Pick<World, 'metricsUrl'>): Promise<string> {
  const response = await fetch(metricsUrl)
  if (!response.ok) throw new Error(`The scrape was answered ${response.status}`)
  return response.text()
}

export async function samples(world: Pick<World, 'metricsUrl'>): Promise<Sample[]> {
  const lines = (await scrape(world)).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
    return { name, labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text])), value: Number(value) }
  })
}

/** The sum of this metric's samples that have these labels; undefined where there is none. `name` goes without the prefix. */
export async function sumOf(
  world: Pick<World, 'metricsUrl'>,
  name: string,
  labels: Record<string, string> = {},
): Promise<number | undefined> {
  const found = (await samples(world)).filter(
    (sample) =>
      sample.name === `dingtalk_login_${name}` && Object.entries(labels).every(([l, v]) => sample.labels[l] === v),
  )
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
}
