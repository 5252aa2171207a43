import { setTimeout as wait } from 'node:timers/promises'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { bugFields, errorFields } from '../log.js'
import { MINUTE } from '../time.js'

/** Between two steps, so that the logins of all processes get their turn at the database. */
const REST_MS = 50

/**
 * Gives handles to the people who were there before handles were, a small step at a time; returns a function that stops
 * it. Once everybody has one, it asks the database once.
 */
export async function startCompletingHandles({
  handles,
  logger,
}: Pick<Context, 'handles' | 'logger'>): Promise<() => void> {
  const stopped = new AbortController()
  const options = { signal: stopped.signal, ref: false }

  /** Returns how long to rest before the next step; undefined where it was the last one. */
  async function step(): Promise<number | undefined> {
    try {
      return (await handles.completeSome()) > 0 ? REST_MS : undefined
    } catch (error) {
      if (stopped.signal.aborted) return undefined
      const fields = error instanceof AppError ? errorFields(error) : bugFields(error)
      logger.error(fields, 'people who were there before handles could not be given theirs')
      return MINUTE
    }
  }

  async function goOn(restMs: number | undefined): Promise<void> {
    for (let rest = restMs; rest !== undefined; rest = await step()) await wait(rest, undefined, options)
  }

  goOn(await step()).catch(() => {
    // Only the stop ends a rest.
  })
  return () => stopped.abort()
}
