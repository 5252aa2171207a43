import { bareApp } from '../app.js'
import { warningsOf } from '../config/warnings.js'
import { type Context, createContext } from '../context.js'
import { AppError, OperatorError } from '../errors.js'
import { createLogger } from '../log.js'
import { startBackgroundWork } from '../server/background-work.js'
import { OwnRoutes } from './own-routes.js'
import { readSettings } from './read-settings.js'
import { createRefusals } from './refusals.js'
import { Running } from './running.js'
import type { DingtalkLogin, DingtalkLoginOptions } from './types.js'
import { UserGuards } from './user-guards.js'

/** Everything of a server but what listens, as part of an application. @throws {OperatorError} */
export async function embed(settings: object, options: DingtalkLoginOptions): Promise<DingtalkLogin> {
  const { config, texts } = readSettings(settings)
  const logger = options.logger ?? createLogger(config.logLevel)
  const warnings = await warningsOf(config, texts)
  for (const warning of warnings) logger.warn(warning, 'setting')
  const ctx = await createContext({ config, logger, warnings }).catch((error: unknown) => {
    throw error instanceof AppError ? new OperatorError(`DATABASE_URL: ${error.detail}`) : error
  })
  try {
    return await join(ctx)
  } catch (error) {
    await ctx[Symbol.asyncDispose]()
    throw error
  }
}

async function join(ctx: Context): Promise<DingtalkLogin> {
  const running = new Running()
  const routes = new OwnRoutes(ctx, running)
  const trust = bareApp(ctx.config).get('trust proxy fn')
  const guards = new UserGuards({ ctx, trust, refuse: createRefusals(ctx), running })
  const work = await startBackgroundWork(ctx)

  async function end(): Promise<void> {
    ctx.readiness.beginStop()
    routes.close()
    guards.close()
    await Promise.all([running.settled(), work.stop()])
    await ctx[Symbol.asyncDispose]()
  }

  let ending: Promise<void> | undefined
  return {
    routes: routes.handler,
    requireUser: guards.requireUser,
    optionalUser: guards.optionalUser,
    isReady: () => ctx.readiness.isReady(),
    close() {
      ending ??= end()
      return ending
    },
  }
}
