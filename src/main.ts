import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { readConfig } from './config/config.js'
import { loadEnvFile } from './config/env-file.js'
import { warningsOf } from './config/warnings.js'
import { createContext } from './context.js'
import { AppError, OperatorError } from './errors.js'
import { bugFields, createLogger } from './log.js'
import { listenFailure } from './server/listen.js'
import { startServer } from './server/server.js'

/** What keeps V8's heap small, and its work little; see docs/decisions. Each is read anew wherever it counts, so that it may be set here. */
const V8_FLAGS = [
  // The heap grows by so much between collections; V8's default would let it triple.
  '--heap-growing-percent=25',
  // V8 would make kinds of objects that lived long among the old ones at once: what each request leaves there would keep
  // the next one's objects, until the whole heap is collected.
  '--no-allocation-site-pretenuring',
  // V8 would take 25 MB for a while to make undici's parser a little faster than it needs to be.
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
  // So little of what is young lives on that waking threads to help costs more than they take over.
  '--no-parallel-scavenge',
]

/** Runs the server until SIGTERM or Ctrl-C; where it cannot start, says why and makes the exit code 1. */
export function startUntilStopped(): void {
  for (const flag of V8_FLAGS) setFlagsFromString(flag)
  const stop = new AbortController()
  const hurry = new AbortController()
  // Kept for good: without a listener a second signal would end the process in the middle of its stop.
  process.on('SIGTERM', () => stop.abort())
  process.on('SIGINT', () => {
    hurry.abort()
    stop.abort()
  })
  main(stop.signal, hurry.signal).catch((error: unknown) => {
    process.exitCode = 1
    console.error(explain(error))
  })
}

/** Runs the server until it is told to stop; `hurry` if that is to happen at once. */
async function main(stop: AbortSignal, hurry: AbortSignal): Promise<void> {
  const envFile = loadEnvFile(process.env)
  const config = readConfig(process.env, envFile)
  const logger = createLogger(config.logLevel)
  const warnings = await warningsOf(config, process.env, envFile)
  for (const warning of warnings) logger.warn(warning, 'setting')
  await using ctx = await createContext({ config, logger, warnings })
  const server = await startServer(ctx)
  const { publicUrl, dingtalk, membership } = config
  logger.info(
    {
      port: server.port,
      metricsPort: server.metricsPort,
      publicUrl,
      flow: dingtalk.flow,
      audience: membership.audience,
    },
    'listening',
  )

  if (!stop.aborted) await once(stop, 'abort')
  logger.info('stopping')
  await server.drain(hurry)
  await server.close()
}

function explain(error: unknown): string {
  if (error instanceof OperatorError) return error.message
  if (error instanceof AppError) return `DATABASE_URL: ${error.detail}`
  return listenFailure(error, 'PORT', 'HOST') ?? JSON.stringify(bugFields(error))
}
