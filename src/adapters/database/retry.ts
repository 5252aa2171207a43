import { setTimeout as wait } from 'node:timers/promises'

interface Options {
  /** Whether what failed like this may succeed in a moment. */
  while: (error: unknown) => boolean
  /** How long to go on, in milliseconds; 0: no second time. */
  forMs: number
  /** The rest between two tries, in milliseconds. */
  afterMs: number
}

/** Does `work` again for as long as it fails in a way that passes. @throws what it failed with in the end */
export async function retry<T>(work: () => T | Promise<T>, { while: mayPass, forMs, afterMs }: Options): Promise<T> {
  const deadline = performance.now() + forMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!mayPass(error) || performance.now() >= deadline) throw error
      await wait(afterMs)
    }
  }
}
