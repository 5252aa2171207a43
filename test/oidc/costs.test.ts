import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import { expect, it, onTestFinished, vi } from 'vitest'
import { ClientAdapter } from '../../src/oidc/client-metadata.js'
import { addApplication, applicationFrom } from '../support/applications.js'
import { runCompiled } from '../support/command.js'
import { RelyingParty } from '../support/relying-party.js'
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

it('has no accessor made for a request, which V8 would keep with all of that request', async () => {
  const emit = vi.spyOn(Provider.prototype, 'emit')
  onTestFinished(() => emit.mockRestore())
  await using world = await createWorld()
  await addApplication(world)
  const browser = world.browser()
  await browser.logIn()
  await new RelyingParty(world).enter(browser)
  const contexts = emit.mock.calls.filter(([event]) => event === 'grant.success').map(([, ctx]) => ctx)
  expect(contexts).toHaveLength(1)
  const oidc = Object.getOwnPropertyDescriptor(contexts[0] as KoaContextWithOIDC, 'oidc')
  expect(oidc?.get).toBeUndefined()
  expect(oidc?.value.client.clientId).toBe('app')
})

it('defines nothing anew of what the provider sets on a context, and signs without Web Crypto', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const browser = world.browser()
  await browser.logIn()
  const party = new RelyingParty(world)
  await party.enter(browser)
  const define = vi.spyOn(Reflect, 'defineProperty')
  const sign = vi.spyOn(crypto.subtle, 'sign')
  onTestFinished(() => {
    define.mockRestore()
    sign.mockRestore()
  })
  await party.enter(browser)
  const defined = define.mock.calls.map(([, name]) => name)
  expect(defined.filter((name) => name === 'oidc')).toHaveLength(2)
  expect(defined).not.toContain('routerName')
  expect(sign).not.toHaveBeenCalled()
})

it('writes out no application for each request, and none for another', async () => {
  const createdAt = new Date()
  const names: string[] = []
  for (const changed of [{}, {}, { secretHash: 'another' }, { access: ['others'] }, { scopes: ['read'] }]) {
    const rows = { find: async () => applicationFrom({ createdAt, ...changed }) }
    names.push(JSON.stringify(await new ClientAdapter(rows).find('app')))
  }
  expect(names[0]).toMatch(/^"[0-9a-f]{64}"$/)
  expect(names[1]).toBe(names[0])
  expect(new Set(names).size).toBe(4)
})
