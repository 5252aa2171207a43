import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE, SECOND } from '../../../src/time.js'
import type { Bench } from '../bench.js'
import { chart } from './chart.js'
import { Cluster } from './cluster.js'
import { Crowd } from './crowd.js'
import { Deployment, type Settings } from './deployment.js'
import { Goings } from './goings.js'
import { inflict } from './inflict.js'
import { Operations } from './operations.js'
import { Records } from './records.js'
import { Sampler } from './sampling.js'
import { openLoop, operationsInTurn } from './schedule.js'
import { judgeSoak, printedSoak, type Soak, type SoakReport } from './soak-report.js'

export const SOAK_USAGE = `  --soak             instead: the server under a steady load for long, with faults of DingTalk and of the database, also on
                     a PostgreSQL of its own where that is installed; exits with 1 after a wrong answer
    --minutes N      (60)
    --rate N         operations a second of each server (10)
    --output FOLDER  where the picture, the figures and the logs go (soak-output)`

export const soakOptions = {
  soak: { type: 'boolean', default: false },
  minutes: { type: 'string', default: '60' },
  rate: { type: 'string', default: '10' },
  output: { type: 'string', default: 'soak-output' },
} as const

type Options = { [Name in Exclude<keyof typeof soakOptions, 'soak'>]: string } & { check: boolean }

const FLOWS = ['qrconnect', 'oauth2'] as const
/** Logins with which it begins, so that there is somebody. */
const FIRST_LOGINS = 10
/** Longer than PostgreSQL's connections are kept without use. */
const LONGEST_REST_MS = 15 * SECOND

/**
 * The servers under a steady load for so long, with all faults; writes the picture and the figures. Gives the exit code.
 */
export async function runSoak({ directory, say }: Bench, options: Options): Promise<number> {
  const { output } = options
  const length = { minutes: Number(options.minutes), perSecond: Number(options.rate) }
  mkdirSync(output, { recursive: true })
  const cluster = await Cluster.start(path.join(directory, 'postgresql'))
  if (!cluster) say('without PostgreSQL: its server is not on this machine')
  const deployments: Deployment[] = []
  try {
    for (const one of cluster ? [undefined, cluster] : [undefined]) {
      for (const flow of FLOWS) {
        const logFile = path.join(output, `${one ? 'postgresql' : 'sqlite'}-${flow}.log`)
        const settings = { flow, cluster: one, directory, logFile, ...scaled(length.minutes * MINUTE) }
        deployments.push(await Deployment.start(settings))
      }
    }
    const report = await soakAll(deployments, cluster, { ...length, say })
    writeFileSync(path.join(output, 'soak.json'), `${JSON.stringify(report, null, 2)}\n`)
    writeFileSync(path.join(output, 'soak.svg'), chart(report))
    console.log(`${printedSoak(report)}\n\n${path.resolve(output, 'soak.svg')}`)
    return isGood(report, options.check) ? 0 : 1
  } finally {
    await Promise.all(deployments.map((deployment) => deployment[Symbol.asyncDispose]()))
    await cluster?.[Symbol.asyncDispose]()
  }
}

/** A wrong answer is never good; growth beyond what it is held to is not where that is asked for. */
function isGood(report: SoakReport, isChecked: boolean): boolean {
  const hasMissed = isChecked && judgeSoak(report).some(({ passed }) => !passed)
  return !hasMissed && report.soaks.every(({ wrong }) => wrong.length === 0)
}

async function soakAll(
  deployments: readonly Deployment[],
  cluster: Cluster | undefined,
  { minutes, perSecond, say }: Pick<SoakReport, 'minutes' | 'perSecond'> & Pick<Bench, 'say'>,
): Promise<SoakReport> {
  const durationMs = minutes * MINUTE
  const ready = await Promise.all(deployments.map((one) => prepare(one, durationMs, say)))
  const startedAt = Date.now()
  say(`${deployments.length} servers for ${minutes} minutes`)
  const [soaks] = await Promise.all([
    Promise.all(ready.map((one) => load(one, { durationMs, perSecond }))),
    inflict(deployments, cluster, { durationMs, say }),
  ])
  return { node: process.version, minutes, perSecond, startedAt, soaks }
}

/** Times that an hour has often. */
function scaled(durationMs: number): Pick<Settings, 'recheckMs' | 'maxAgeMs'> {
  return {
    recheckMs: Math.max(2 * SECOND, durationMs / 30),
    maxAgeMs: Math.max(MINUTE, durationMs / 3),
  }
}

/** Everything has been done once, so that all code is loaded and there is somebody. */
async function prepare(deployment: Deployment, durationMs: number, say: Bench['say']) {
  const [crowd, records, turns] = [
    new Crowd(),
    new Records((text) => say(`WRONG: ${deployment.name}: ${text}`)),
    operationsInTurn(),
  ]
  const operations = new Operations(deployment, crowd, records)
  for (let login = 0; login < FIRST_LOGINS; login++) await operations.run('first login')
  for (const turn of new Set(turns)) await operations.run(turn)
  records.take()
  const restMs = Math.min(LONGEST_REST_MS, durationMs / 10)
  return {
    ...{ deployment, crowd, records, turns, operations, restMs },
    handlesBefore: await handlesAtRest(deployment, restMs),
  }
}

type Ready = Awaited<ReturnType<typeof prepare>>

async function load(ready: Ready, { durationMs, perSecond }: { durationMs: number; perSecond: number }): Promise<Soak> {
  const { deployment, crowd, records, turns, operations, handlesBefore, restMs } = ready
  const goings = new Goings(deployment, crowd, records, operations)
  const sampler = new Sampler(deployment, records)
  const isOver = new AbortController()
  const sampling = sampler.goOn(Math.min(MINUTE, Math.max(SECOND, durationMs / 60)), isOver.signal)
  const going = goings.goOn(Math.min(15 * SECOND, durationMs / 20), isOver.signal)
  await openLoop(perSecond, durationMs, (turn) => operations.run(turns[turn % turns.length] ?? 'me'))
  isOver.abort()
  await Promise.all([sampling, going])
  for (const session of crowd.all()) await operations.ask(session)
  return {
    ...{ name: deployment.name, people: crowd.people.length, faults: deployment.faults.spans, wrong: records.wrong },
    ...{ samples: sampler.samples, outAfterMs: goings.outAfterMs },
    handles: { before: handlesBefore, after: await handlesAtRest(deployment, restMs) },
  }
}

/** The fewest within so long in which nothing is asked: connections that are not in use end. */
async function handlesAtRest(deployment: Deployment, restMs: number): Promise<string[]> {
  await deployment.hangUp()
  const { program } = deployment
  let fewest = program.handles()
  for (const startedAt = performance.now(); performance.now() - startedAt < restMs; await sleep(100)) {
    const handles = program.handles()
    if (handles.length < fewest.length) fewest = handles
  }
  return fewest.sort()
}
