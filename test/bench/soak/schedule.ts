import { setTimeout as sleep } from 'node:timers/promises'
import type { OperationName } from './records.js'

/** How often each comes among a hundred. */
const SHARES: Record<OperationName, number> = {
  'first login': 4,
  'returning login': 10,
  'login in a used browser': 4,
  'refused login': 2,
  me: 22,
  verify: 20,
  'verify of an application': 14,
  'application login': 8,
  userinfo: 4,
  logout: 7,
  'after the end': 5,
}

/** All of them in their shares, each kind spread evenly. */
export function operationsInTurn(): OperationName[] {
  const turns = Object.entries(SHARES).flatMap(([name, share]) =>
    Array.from({ length: share }, (_, n) => ({ name: name as OperationName, at: (n + 0.5) / share })),
  )
  return turns.sort((a, b) => a.at - b.at).map(({ name }) => name)
}

/**
 * An open loop: begins so many a second by the clock, whether those before have an answer or not, until the time is over;
 * ends once all have one.
 */
export async function openLoop(
  perSecond: number,
  durationMs: number,
  begin: (turn: number) => Promise<void>,
): Promise<void> {
  const startedAt = performance.now()
  const running = new Set<Promise<void>>()
  for (let turn = 0; ; turn++) {
    const dueMs = (1000 * turn) / perSecond
    if (dueMs >= durationMs) break
    await sleep(Math.max(0, startedAt + dueMs - performance.now()))
    const one = begin(turn).finally(() => running.delete(one))
    running.add(one)
  }
  await Promise.all(running)
}
