import { setTimeout as wait } from 'node:timers/promises'

interface Options {
  /** Whether what failed like this may succeed in a moment. */
  while: (error: unknown) => boolean
  /** How long to go on, in milliseconds; 0: no second time. */
  forMs: number
  /** What is thrown for what it failed with in the end. */
  as?: (error: unknown) => unknown
}

/** Most of what passes has passed by then: SQLite's log begins anew in less. Each rest is twice as long as the last one. */
const FIRST_REST_MS = 1
const LONGEST_REST_MS = 20

/** Does `work` again for as long as it fails in a way that passes. @throws what it failed with in the end */
export async function retry<T>(work: () => T | Promise<T>, options: Options): Promise<T> {
  const { while: mayPass, forMs, as = (error) => error } = options
  const deadline = performance.now() + forMs
  for (let restMs = FIRST_REST_MS; ; restMs = Math.min(2 * restMs, LONGEST_REST_MS)) {
    try {
      const done = work()
      // SQLite has its rows at once: waiting for them would cost as much as some statements do.
      return done instanceof Promise ? await done : done
    } catch (error) {
      if (!mayPass(error) || performance.now() >= deadline) throw as(error)
      await wait(restMs)
    }
  }
}
