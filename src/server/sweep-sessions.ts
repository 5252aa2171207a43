import { setInterval as each, setTimeout as wait } from 'node:timers/promises'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { bugFields, errorFields } from '../log.js'
import { MINUTE } from '../time.js'

const SWEEP_EVERY_MS = MINUTE
/** Between two steps, so that the logins of all processes get their turn at the database. */
const REST_MS = 50

/** Removes sessions, the provider's and the audit trail's records that are over, a small step at a time, each minute; returns a function that stops it. */
export function startSweeping(
  {
    sessions,
    openid,
    audit,
    auditUpkeep,
    logger,
  }: Pick<Context, 'sessions' | 'audit' | 'logger'> & {
    openid: Pick<Context['openid'], 'removeOver'>
    auditUpkeep?: Context['auditUpkeep']
  },
  everyMs = SWEEP_EVERY_MS,
): () => void {
  const stopped = new AbortController()
  const options = { signal: stopped.signal, ref: false }

  async function sweep(): Promise<void> {
    let removed = 0
    for (let step = await sessions.removeOver(); step > 0; step = await sessions.removeOver()) {
      removed += step
      await wait(REST_MS, undefined, options)
    }
    if (removed > 0) audit.sessionsExpired(removed)
    while ((await openid.removeOver()) > 0) await wait(REST_MS, undefined, options)
    if (!auditUpkeep) return
    while ((await auditUpkeep.removeOver()) > 0) await wait(REST_MS, undefined, options)
    await auditUpkeep.countPeople(() => wait(REST_MS, undefined, options))
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
