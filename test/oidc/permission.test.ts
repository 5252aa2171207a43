import { describe, expect, it } from 'vitest'
import { ROLE } from '../../src/emulator/organisation/roles.js'
import { HOUR, MINUTE, SECOND } from '../../src/time.js'
import { addApplication } from '../support/applications.js'
import type { Browser } from '../support/browser.js'
import { addGroup, changeGroup } from '../support/groups.js'
import { RelyingParty } from '../support/relying-party.js'
import { createWorld, type World } from '../support/world.js'

const ALL_SCOPES = 'openid profile email groups dingtalk offline_access'

/** A server with an application that is for the group `engineers` alone: those with that role. */
async function createEngineering(settings: Record<string, string> = {}): Promise<World> {
  const world = await createWorld({ DINGTALK_PROFILE: 'directory', ...settings })
  await addGroup(world, 'engineers', { roles: [ROLE.engineer] })
  await addGroup(world, 'leads', { roles: [ROLE.lead] })
  await addApplication(world, { name: 'Grafana', access: ['engineers'], refreshTokens: true, scopes: ['dingtalk'] })
  return world
}

async function signedIn(world: World, person: string): Promise<Browser> {
  const browser = world.browser()
  await browser.logIn(person)
  return browser
}

describe('an application of a group', () => {
  it('is entered by its people', async () => {
    await using world = await createEngineering()
    const party = new RelyingParty(world)
    const { idToken } = await party.enter(await signedIn(world, 'zhangsan'), { scope: ALL_SCOPES })
    expect((await party.claims(idToken)).groups).toEqual(['engineers'])
  })

  it('shows everybody else a page with a way to log in as somebody else, who then enters', async () => {
    await using world = await createEngineering()
    const party = new RelyingParty(world)
    const browser = await signedIn(world, 'zhangwei2')
    const asked = party.authorizeUrl({ nonce: 'the-nonce' })
    const { text } = await browser.get(asked).set({ Accept: 'text/html', 'Accept-Language': 'en' }).expect(403)
    expect(text).toContain('<h1>You may not use Grafana</h1>')
    const again = /href="([^"]*)">Use another account/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const url = new URL(again)
    const begun = await browser.get(url.pathname + url.search).expect(303)
    const returned = await party.logIn(browser, begun, 'zhangsan')
    expect(returned.get('state')).toBe('the-state')
    const { body } = await party.exchange(returned.get('code'))
    expect(await party.claims(body.id_token)).toMatchObject({ name: '张三', nonce: 'the-nonce' })
  })

  it('shows the page after a login as well', async () => {
    await using world = await createEngineering()
    const party = new RelyingParty(world)
    const browser = world.browser()
    const begun = await browser.get(party.authorizeUrl()).expect(303)
    const resumed = await party.logInUntilResumed(browser, begun, 'zhangwei2')
    const { body } = await browser.get(resumed).expect(403)
    expect(body.error).toBe('not_permitted')
    const refused = world.log.filter(({ event }) => event === 'application_refused')
    expect(refused).toMatchObject([{ application: 'app', error: 'not_permitted' }])
    expect(await world.sql(`SELECT 1 FROM "OpenidRecord" WHERE "kind" = 'Grant'`)).toEqual([])
  })

  it('is told access_denied where it wants no page to be shown', async () => {
    await using world = await createEngineering()
    const party = new RelyingParty(world)
    const returned = await party.ask(await signedIn(world, 'zhangwei2'), { prompt: 'none' })
    expect(Object.fromEntries(returned)).toMatchObject({ error: 'access_denied', state: 'the-state' })
  })

  it('learns nothing more of somebody once they are in none of its groups', async () => {
    await using world = await createEngineering()
    const party = new RelyingParty(world)
    const tokens = await party.enter(await signedIn(world, 'zhangsan'), { scope: ALL_SCOPES })
    expect((await party.introspect(tokens.accessToken)).body.active).toBe(true)
    await changeGroup(world, 'engineers', { roles: [ROLE.seller] })
    world.pass(MINUTE)
    expect((await party.userinfo(tokens.accessToken)).status).toBe(401)
    expect((await party.introspect(tokens.accessToken)).body.active).toBe(false)
    expect((await party.refresh(tokens.refreshToken)).body.error).toBe('invalid_grant')
  })

  it('does not give tokens for a code of somebody who has left its groups meanwhile', async () => {
    await using world = await createEngineering()
    const party = new RelyingParty(world)
    const returned = await party.ask(await signedIn(world, 'zhangsan'))
    await changeGroup(world, 'engineers', { roles: [ROLE.seller] })
    world.pass(51 * SECOND)
    expect((await party.exchange(returned.get('code'))).body.error).toBe('invalid_grant')
  })

  it('is refused from a refresh on whose recheck finds that its person has lost the role', async () => {
    await using world = await createEngineering({ MEMBERSHIP_RECHECK: '1h', SESSION_IDLE_TIMEOUT: '3h' })
    const party = new RelyingParty(world)
    const { refreshToken } = await party.enter(await signedIn(world, 'zhangsan'), { scope: ALL_SCOPES })
    world.dingtalk.changePerson('zhangsan', { roles: [] })
    world.pass(HOUR + MINUTE)
    await party.refresh(refreshToken)
    expect((await party.refresh(refreshToken)).body.error).toBe('invalid_grant')
  })
})

describe('a new application', () => {
  it('is not opened by what its group was before', async () => {
    await using world = await createEngineering()
    const browser = await signedIn(world, 'zhangsan')
    await new RelyingParty(world).enter(browser)
    await changeGroup(world, 'engineers', { roles: [], userids: ['boss'] })
    await addApplication(world, { id: 'secret', access: ['engineers'] })
    world.pass(2 * SECOND)
    const party = new RelyingParty(world, { id: 'secret' })
    const { body } = await browser.get(party.authorizeUrl()).expect(403)
    expect(body.error).toBe('not_permitted')
  })
})

describe('the claims of the directory', () => {
  it('are in the ID token and at userinfo alike', async () => {
    await using world = await createEngineering()
    const party = new RelyingParty(world)
    const { accessToken, idToken } = await party.enter(await signedIn(world, 'zhangsan'), { scope: ALL_SCOPES })
    const expected = {
      name: '张三',
      nickname: '张三',
      preferred_username: 'zhangsan',
      email: 'zhangsan@corp.example',
      email_verified: true,
      groups: ['engineers'],
      title: '研发经理',
      job_number: '0001',
      departments: ['研发部'],
      dingtalk_userid: world.dingtalk.person('zhangsan').userId,
    }
    expect(await party.claims(idToken)).toMatchObject(expected)
    expect((await party.userinfo(accessToken)).body).toMatchObject(expected)
  })

  it('are told by scope, and what the directory does not say is absent', async () => {
    await using world = await createEngineering()
    await addApplication(world, { id: 'plain', access: 'everyone', scopes: ['dingtalk'], refreshTokens: true })
    const party = new RelyingParty(world, { id: 'plain' })
    const lisi = await party.enter(await signedIn(world, 'lisi'), { scope: 'openid profile email' })
    const claims = await party.claims(lisi.idToken)
    expect(claims).toMatchObject({ name: '李思远', nickname: '李四', email: 'lisiyuan@corp.example' })
    expect(claims).not.toHaveProperty('groups')
    expect(claims).not.toHaveProperty('title')
    const { idToken } = await party.enter(await signedIn(world, 'zhangwei2'), { scope: ALL_SCOPES })
    const without = await party.claims(idToken)
    expect(without).not.toHaveProperty('email')
    expect(without).not.toHaveProperty('email_verified')
    expect(without.groups).toEqual([])
  })

  it('of an application for everyone are all of the person’s groups', async () => {
    await using world = await createEngineering()
    await addApplication(world, { id: 'plain', access: 'everyone', scopes: ['dingtalk'], refreshTokens: true })
    const party = new RelyingParty(world, { id: 'plain' })
    const { idToken } = await party.enter(await signedIn(world, 'zhangsan'), { scope: ALL_SCOPES })
    expect((await party.claims(idToken)).groups).toEqual(['engineers', 'leads'])
  })

  it.each([
    ['none', ['email'], ['email_verified', 'groups', 'job_number', 'title', 'departments']],
    ['directory', ['email', 'email_verified', 'groups', 'job_number', 'title', 'departments'], []],
  ])('are named by discovery where they can be sent: %s', async (profile, named, unnamed) => {
    await using world = await createWorld({ DINGTALK_PROFILE: profile })
    const { body } = await world.browser().get('/.well-known/openid-configuration').expect(200)
    expect(body.claims_supported).toEqual(expect.arrayContaining(named))
    for (const name of unnamed) expect(body.claims_supported).not.toContain(name)
  })

  it('have an address that was made up without a word about its being verified', async () => {
    await using world = await createEngineering({ EMAIL_DOMAIN: 'noreply.example.com' })
    await addApplication(world, { id: 'plain', access: 'everyone', scopes: ['dingtalk'], refreshTokens: true })
    const party = new RelyingParty(world, { id: 'plain' })
    const { idToken } = await party.enter(await signedIn(world, 'zhangwei2'), { scope: ALL_SCOPES })
    const claims = await party.claims(idToken)
    expect(claims.email).toBe(`${claims.preferred_username}@noreply.example.com`)
    expect(claims).not.toHaveProperty('email_verified')
  })

  it('have no made-up address any more once somebody’s work e-mail is of that domain', async () => {
    await using world = await createEngineering({ EMAIL_DOMAIN: 'noreply.example.com' })
    await addApplication(world, { id: 'plain', access: 'everyone', scopes: ['dingtalk'], refreshTokens: true })
    const party = new RelyingParty(world, { id: 'plain' })
    world.dingtalk.changePerson('lisi', { orgEmail: 'zhangwei2@noreply.example.com' })
    await signedIn(world, 'lisi')
    world.pass(MINUTE)
    const { idToken } = await party.enter(await signedIn(world, 'zhangwei2'), { scope: ALL_SCOPES })
    expect(await party.claims(idToken)).not.toHaveProperty('email')
  })
})
