import { setInterval as each, setTimeout as wait } from 'node:timers/promises'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { bugFields, errorFields } from '../log.js'
import { MINUTE } from '../time.js'

const SWEEP_EVERY_MS = MINUTE
/** Between two steps, so that the requests and logins of all processes get their turn. */
const REST_MS = 5
/** Nobody waits for a count: it may take minutes, so that it takes little of any moment. */
const COUNT_REST_MS = 50

interface Swept extends Pick<Context, 'audit' | 'logger'> {
  sessions: Pick<Context['sessions'], 'removeOver'>
  openid: Pick<Context['openid'], 'removeOver'>
  auditUpkeep?: Pick<NonNullable<Context['auditUpkeep']>, 'removeOver' | 'countPeople'> | undefined
}

/** Removes sessions, the provider's and the audit trail's records that are over, a small step at a time, each minute; returns a function that stops it. */
export function startSweeping(
  { sessions, openid, audit, auditUpkeep, logger }: Swept,
  everyMs = SWEEP_EVERY_MS,
): () => void {
  const stopped = new AbortController()
  const options = { signal: stopped.signal, ref: false }

  const rest = (ms = REST_MS) => wait(ms, undefined, options)

  /** Returns how many. */
  async function removeFrom(source: Swept['sessions']): Promise<number> {
    let removed = 0
    for (let step = await source.removeOver(); step > 0; step = await source.removeOver()) {
      removed += step
      await rest()
    }
    return removed
  }

  async function sweep(): Promise<void> {
    const removed = await removeFrom(sessions)
    if (removed > 0) audit.sessionsExpired(removed)
    await removeFrom(openid)
    if (!auditUpkeep) return
    await removeFrom(auditUpkeep)
    await auditUpkeep.countPeople(() => rest(COUNT_REST_MS))
  }

  async function sweepEachMinute(): Promise<void> {
    for await (const _ of each(everyMs, undefined, options)) {
      try {
        await sweep()
      } catch (error) {
        if (stopped.signal.aborted) return
        const fields = error instanceof AppError ? errorFields(error) : bugFields(error)
        logger.error(fields, 'sessions that are over could not be removed')
      }
    }
  }

  sweepEachMinute().catch(() => {
    // Only the stop ends the wait for the next minute.
  })
  return () => stopped.abort()
}
