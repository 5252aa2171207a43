import { expect, it } from 'vitest'
import { addApplication } from '../support/applications.js'
import { runCompiled } from '../support/command.js'
import { createWorld, SAME_SITE } from '../support/world.js'

/** Koa is part of the provider's library, and of nothing else here; unlike that library it can be seen when it is loaded. */
const TELL = `import { createRequire } from 'node:module'
  process.once('exit', () => {
    const files = Object.keys(createRequire('file:///').cache)
    console.log('loaded:', files.length > 0, files.some((file) => file.includes('/koa/')) ? 'yes' : 'no')
  })`

it.each([
  ['no application', undefined, 'no'],
  ['a host behind a proxy alone', 'proxy', 'no'],
  ['an application', 'public', 'yes'],
] as const)('where there is %s, it decides whether the provider is loaded at all', async (_, kind, loaded) => {
  await using world = await createWorld()
  if (kind) await addApplication(world, { kind, secretHash: null, ...(kind === 'proxy' && { redirectUris: [] }) })
  const env = {
    ...world.settings,
    ...SAME_SITE,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL)}`,
  }
  await using server = runCompiled('start', { env })
  const [, port] = await server.printed(/"port":(\d+).*"listening"/)
  if (kind === 'public') await fetch(`http://127.0.0.1:${port}/oidc/jwks`)
  expect(await server.stop('SIGTERM')).toBe(0)
  expect(server.output).toContain(`loaded: true ${loaded}`)
  // The library has something to say of Node 20, which is no line of the log.
  const lines = server.output
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('loaded:'))
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ time: expect.any(String) })
})
