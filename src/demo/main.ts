import { once } from 'node:events'
import { paint } from '../cli/style.js'
import { runUntilStopped } from '../emulator/run-until-stopped.js'
import { startDemo } from './demo.js'

/** Runs the demo until SIGTERM or Ctrl-C. */
export function runDemo(options: { withHistory: boolean }): void {
  runUntilStopped((stop) => main(stop, options))
}

async function main(stop: AbortSignal, { withHistory }: { withHistory: boolean }): Promise<void> {
  const demo = await startDemo({
    emulatorPort: portOf('EMULATOR_PORT', 9000),
    serverPort: portOf('PORT', 8000),
    frontEndPort: portOf('FRONTEND_PORT', 8080),
    openidAppPort: portOf('OPENID_APP_PORT', 8081),
    directory: 'data',
    logLevel: process.env.LOG_LEVEL ?? 'warn',
    withHistory,
  })
  console.log(`
  ${paint('heading', `Open      ${demo.frontEndUrl}`)}

  another   ${demo.openidAppUrl}   (an application with OpenID Connect: the same login)
  apps      ${demo.serverUrl}/apps   (what each person may open)
  console   ${demo.serverUrl}/admin   (for its administrator: scan as ${demo.administrator})
  login     ${demo.serverUrl}   (the server of this project)
  DingTalk  ${demo.emulatorUrl}   (an emulator: people, faults and a journal)

  ${paint('hint', 'Ctrl-C stops all of it.')}
`)
  if (!stop.aborted) await once(stop, 'abort')
  await demo.close()
}

function portOf(name: string, usual: number): number {
  const port = Number(process.env[name] || usual)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${name} must be a port number`)
  return port
}
