import { freePort } from './command.js'
import { createWorld, type World } from './world.js'

/** A world whose server is reached by its PUBLIC_URL, as programs and browsers that others wrote do. */
export interface ReachableWorld extends AsyncDisposable {
  world: World
  /** PUBLIC_URL. */
  issuer: string
}

export async function createReachableWorld(settings: Record<string, string> = {}): Promise<ReachableWorld> {
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const world = await createWorld({ PORT: String(port), PUBLIC_URL: issuer, FRONTEND_URL: `${issuer}/`, ...settings })
  return { world, issuer, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}
