import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from './cluster.js'
import type { Deployment } from './deployment.js'
import { type FaultKind, faultPlan } from './faults.js'

/** So often all connections are ended. */
const LOSSES = 5

/** Lets everything go wrong once, everywhere at the same time. */
export async function inflict(
  deployments: readonly Deployment[],
  cluster: Cluster | undefined,
  { durationMs, say }: { durationMs: number; say: (text: string) => void },
): Promise<void> {
  const startedAt = performance.now()
  for (const { kind, at, lastsMs } of faultPlan(durationMs)) {
    await sleep(Math.max(0, startedAt + at - performance.now()))
    say(`${new Date().toISOString()} ${kind}, for ${lastsMs} ms`)
    const acts = cluster && onCluster(cluster, kind, lastsMs)
    await Promise.all(deployments.map((deployment) => deployment.suffer(kind, lastsMs, acts)))
  }
}

async function onCluster(cluster: Cluster, kind: FaultKind, lastsMs: number): Promise<void> {
  if (kind === 'away') await cluster.restart(lastsMs)
  if (kind !== 'lost') return
  for (let loss = 0; loss < LOSSES; loss++) {
    await cluster.endConnections()
    await sleep(lastsMs / LOSSES)
  }
}
