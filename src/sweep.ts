import type { Context } from './context.js'
import { bugFields } from './log.js'

const SWEEP_EVERY_MS = 60_000

/** Removes sessions that are over, a small step a time, each minute; gives the way to stop it. */
export function startSweeping({ sessions, logger }: Pick<Context, 'sessions' | 'logger'>): () => void {
  const stopped = new AbortController()
  const sweep = async () => {
    let removed = 0
    for (let step = -1; step !== 0 && !stopped.signal.aborted; removed += step) step = await sessions.removeExpired()
    if (removed > 0) logger.info({ event: 'session_ended', reason: 'expired', count: removed })
  }
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => logger.error(bugFields(error), 'sessions that are over could not be removed'))
  }, SWEEP_EVERY_MS)
  return () => {
    clearInterval(timer)
    stopped.abort()
  }
}
