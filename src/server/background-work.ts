import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { bugFields, errorFields } from '../log.js'
import { startCompletingHandles } from './complete-handles.js'
import { startSweeping } from './sweep-sessions.js'

export interface BackgroundWork {
  /** Leaves DingTalk's events to other processes; ends once those that came are dealt with. */
  leaveEvents(): Promise<void>
  /** Ends all of it. */
  stop(): Promise<void>
}

/** Begins what nobody asks for by a request, the same whether we listen ourselves or are part of an application. */
export async function startBackgroundWork(ctx: Context): Promise<BackgroundWork> {
  ctx.database.serve()
  const stopSweeping = startSweeping(ctx)
  ctx.events?.start()
  const stopCompleting = await startCompletingHandles(ctx)
  // Nobody waits for it: the first request of an application would load it as well.
  ctx.openid.prepare().catch((error: unknown) => {
    ctx.logger.error(
      error instanceof AppError ? errorFields(error) : bugFields(error),
      'the OpenID provider could not be loaded',
    )
  })
  const leaveEvents = async () => ctx.events?.stop()
  return {
    leaveEvents,
    stop: async () => {
      stopSweeping()
      stopCompleting()
      await leaveEvents()
    },
  }
}
