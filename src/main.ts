import { once } from 'node:events'
import { config as loadDotenv } from 'dotenv'
import { MigrationError } from './adapters/database/migrations.js'
import { ConfigError, readConfig } from './config.js'
import { createContext } from './context.js'
import { bugFields, createLogger } from './log.js'
import { startServer } from './server.js'

loadDotenv({ quiet: true })

/** Runs the server until SIGINT or SIGTERM. */
async function main(stop: AbortSignal): Promise<void> {
  const config = readConfig(process.env)
  const logger = createLogger(config.logLevel)
  await using ctx = createContext({ config, logger })
  const server = await startServer(ctx)
  const { publicUrl, dingtalk, membership } = config
  logger.info({ port: server.port, publicUrl, flow: dingtalk.flow, audience: membership.audience }, 'listening')

  if (!stop.aborted) await once(stop, 'abort')
  logger.info('stopping')
  await server.close()
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

main(stop.signal).catch((error: unknown) => {
  process.exitCode = 1
  if (error instanceof ConfigError || error instanceof MigrationError) console.error(error.message)
  else if (isAddressError(error))
    console.error(`Cannot listen on port ${error.port}: ${error.code}. Set PORT to a free one.`)
  else console.error(JSON.stringify(bugFields(error)))
})

function isAddressError(error: unknown): error is Error & { code: string; port: number } {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen'
}
