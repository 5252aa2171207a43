import { once } from 'node:events'
import { z } from 'zod'
import { listenFailure } from '../server/listen.js'
import { APP, type Emulator, startEmulator } from './emulator.js'
import { runUntilStopped } from './run-until-stopped.js'

const environment = z.object({
  EMULATOR_PORT: z.coerce.number('must be a port').int().min(0).max(65_535).default(9000),
  /** The address at which phones in the same network reach it, so that a real scan works. */
  EMULATOR_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).optional(),
})

/** Runs the emulator until SIGTERM or Ctrl-C. */
export function runEmulator(): void {
  runUntilStopped(main)
}

async function main(stop: AbortSignal): Promise<void> {
  const settings = environment.safeParse(process.env)
  if (!settings.success) {
    const faults = settings.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
    throw new Error(`Settings of the emulator: ${faults.join('; ')}`)
  }
  const { EMULATOR_PORT: port, EMULATOR_PUBLIC_URL: publicUrl } = settings.data
  await using emulator = await start(port, publicUrl)
  console.log(
    `DingTalk emulator: ${emulator.url} (app ${APP.id}, secret ${APP.secret}; control page ${emulator.url}/_emulator)`,
  )
  if (!stop.aborted) await once(stop, 'abort')
}

/** @throws where the port cannot be listened on */
async function start(port: number, publicUrl: string | undefined): Promise<Emulator> {
  try {
    // Anyone signs in as anyone here: other machines reach it only where it has a public address.
    return await startEmulator(publicUrl === undefined ? { port } : { port, host: '', publicUrl })
  } catch (error) {
    const why = listenFailure(error, 'EMULATOR_PORT')
    throw why === undefined ? error : new Error(why)
  }
}
