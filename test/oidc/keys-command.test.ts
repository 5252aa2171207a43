import { expect, it } from 'vitest'
import { addApplication } from '../support/applications.js'
import { runCompiled } from '../support/command.js'
import { RelyingParty } from '../support/relying-party.js'
import { createWorld, type World } from '../support/world.js'

async function keys(world: World, ...args: string[]) {
  const { DATABASE_URL = '', SESSION_SECRETS = '' } = world.settings
  await using command = runCompiled('keys', { args, env: { DATABASE_URL, SESSION_SECRETS } })
  return { code: await command.ended(), output: command.output }
}

const kids = async (world: World): Promise<string[]> =>
  (await world.browser().get('/oidc/jwks').expect(200)).body.keys.map(({ kid }: { kid: string }) => kid)

it('keys rotate makes the next key, and rotate --now ends all others in servers that run', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const browser = world.browser()
  await browser.logIn()
  expect(await keys(world, 'list')).toMatchObject({ code: 0, output: expect.stringContaining('no key yet') })
  const { idToken } = await party.enter(browser)
  const [first] = await kids(world)

  expect(await keys(world, 'rotate')).toMatchObject({ code: 0, output: expect.stringContaining('in a day') })
  world.pass(11_000)
  expect(await kids(world)).toEqual([first, expect.any(String)])
  expect((await party.claims((await party.enter(browser)).idToken)).sub).toBeDefined()

  expect(await keys(world, 'rotate', '--now', '--json')).toMatchObject({ code: 0 })
  world.pass(11_000)
  expect(await kids(world)).toHaveLength(1)
  expect(await kids(world)).not.toContain(first)
  await expect(party.claims(idToken)).rejects.toThrow('no applicable key')
  expect((await party.claims((await party.enter(browser)).idToken)).sub).toBeDefined()

  const listed = await keys(world, 'list', '--json')
  expect(JSON.parse(listed.output)).toHaveLength(1)
  expect(listed.output).not.toMatch(/wrapped|"d"/)
})

it('keys needs the secrets that keys are kept under', async () => {
  await using world = await createWorld()
  const { DATABASE_URL = '' } = world.settings
  await using command = runCompiled('keys', { args: ['rotate'], env: { DATABASE_URL } })
  expect(await command.ended()).toBe(1)
  expect(command.output).toContain('SESSION_SECRETS: is missing')
})
