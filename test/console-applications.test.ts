import { describe, expect, it } from 'vitest'
import { usualSettings } from '../src/services/application.js'
import { fitsSecret } from '../src/services/application-secret.js'
import { addApplication } from './support/applications.js'
import { createConsoleWorld, enterConsole, formTokenOf, postForm, sendForm } from './support/console.js'
import { addGroup, takeSteps } from './support/groups.js'
import { RelyingParty } from './support/relying-party.js'
import type { World } from './support/world.js'

const GRAFANA = { product: 'grafana', address: 'https://grafana.test', access: 'everyone', do: 'make' }
const NEW = '/admin/new-application'

async function administrator(world: World) {
  const browser = world.browser()
  await enterConsole(browser)
  return browser
}

/** What a page's form holds already, as a browser would send it. */
function hidden(page: { text: string }): Record<string, string> {
  const found = page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...found].map(([, name, value]) => [name, value]))
}

async function openAndSend(
  browser: Awaited<ReturnType<typeof administrator>>,
  page: string,
  fields: Record<string, string>,
) {
  return postForm(browser, page, { ...hidden(await browser.get(page).expect(200)), ...fields })
}

function secretIn(page: { text: string }): string {
  const secret = /<code id="secret">([\w-]{43})<\/code>/.exec(page.text)?.[1]
  if (secret === undefined) throw new Error('no secret is shown')
  return secret
}

describe('the console’s applications', () => {
  it('say what to do first, where there is none', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const page = await browser.get('/admin/applications').set('Accept-Language', 'zh-CN').expect(200)
    expect(page.text).toContain('还没有应用')
    expect(page.text).toContain('href="/admin/new-application"')
  })

  it('make the first one, whose secret logs people in at once, and is shown once', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const made = await openAndSend(browser, NEW, GRAFANA)
    expect(made.status).toBe(200)
    expect(made.headers['cache-control']).toContain('no-store')
    const secret = secretIn(made)
    expect(made.text).toContain(`client_secret = ${secret}`)
    expect(made.text).toContain('client_id = grafana')

    const redirectUri = 'https://grafana.test/login/generic_oauth'
    const tokens = await new RelyingParty(world, { id: 'grafana', secret, redirectUri }).enter(browser)
    expect(tokens.idToken).toBeTruthy()
    const shown = await browser.get('/admin/applications/grafana').expect(200)
    expect(shown.text).not.toContain(secret)
    expect(JSON.stringify(world.log)).not.toContain(secret)
    expect(JSON.stringify(await world.sql('SELECT * FROM "Application"'))).not.toContain(secret)
    const [{ id: administratorId } = { id: undefined }] = await world.sql('SELECT "id" FROM "User"')
    const inTrail = { event: 'application_added', application: 'grafana', administratorId }
    expect(world.log).toContainEqual(expect.objectContaining(inTrail))
  })

  it('make none when the page with the secret is loaded again', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const form = { ...hidden(await browser.get(NEW).expect(200)), ...GRAFANA }
    await postForm(browser, NEW, form).expect(200)
    const again = await postForm(browser, NEW, form).expect(409)
    expect(again.text).not.toContain('id="secret"')
    expect(again.text).toContain('https://grafana.test')
    expect(await world.sql('SELECT "id" FROM "Application"')).toHaveLength(1)
  })

  it('give a second one of a product an id of its own', async () => {
    await using world = await createConsoleWorld()
    await addApplication(world, { id: 'grafana' })
    const browser = await administrator(world)
    const made = await openAndSend(browser, NEW, { ...GRAFANA, address: 'grafana-2.test' })
    expect(made.text).toContain('client_id = grafana-2')
    expect(made.text).toContain('https%3A%2F%2Fgrafana-2.test%2Flogin')
  })

  it('say in Chinese what is wrong, at its field, and keep what was typed', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const refused = await openAndSend(browser, `${NEW}?lang=zh`, { ...GRAFANA, address: 'http://grafana.test/<b>' })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('id="address-fault"')
    // Once, although two addresses follow from what was typed.
    expect(refused.text.match(/须为 https/g)).toHaveLength(1)
    expect(refused.text).toContain('value="http://grafana.test/&lt;b&gt;"')
    expect(refused.text).not.toContain('<b>')
    const allowed = await openAndSend(browser, NEW, { ...GRAFANA, address: 'http://grafana.test', allowHttp: 'yes' })
    expect(allowed.status).toBe(200)
  })

  it('refuse a change without the token, or from elsewhere', async () => {
    await using world = await createConsoleWorld()
    const browser = await administrator(world)
    const form = { ...hidden(await browser.get(NEW).expect(200)), ...GRAFANA }
    await postForm(browser, NEW, { ...form, token: '' }).expect(403)
    await postForm(browser, NEW, form, 'https://evil.test').expect(403)
    expect(await world.sql('SELECT "id" FROM "Application"')).toHaveLength(0)
  })

  it('show who would lose entry before that is saved', async () => {
    await using world = await createConsoleWorld({ DINGTALK_PROFILE: 'directory' })
    await addGroup(world, 'nobody-yet', { userids: ['someone-else'] })
    await addApplication(world)
    const browser = await administrator(world)
    const edit = '/admin/applications/app/edit'
    const page = await browser.get(edit).expect(200)
    const fields = {
      ...hidden(page),
      name: 'App',
      redirectUris: 'https://app.test/callback',
      access: 'groups',
      group: 'nobody-yet',
    }
    const preview = await postForm(browser, edit, { ...fields, do: 'preview' }).expect(200)
    expect(preview.text).toContain('张三')
    expect(preview.text).toMatch(/<strong>1 person<\/strong>/)
    expect(await world.sql('SELECT "access" FROM "Application"')).toEqual([{ access: '"everyone"' }])
    await postForm(browser, edit, { ...hidden(preview), do: 'save' }).expect(303)
    expect(await world.sql('SELECT "access" FROM "Application"')).toEqual([{ access: '["nobody-yet"]' }])
  })

  it('tell the later of two what the other has changed, and overwrite nothing', async () => {
    await using world = await createConsoleWorld()
    await addApplication(world)
    const browser = await administrator(world)
    const edit = '/admin/applications/app/edit'
    const form = hidden(await browser.get(edit).expect(200))
    await takeSteps(world, [{ step: 'change', id: 'app', fields: { name: 'Theirs' } }])
    const fields = {
      ...form,
      name: 'Mine',
      redirectUris: 'https://app.test/callback',
      access: 'everyone',
      do: 'preview',
    }
    const told = await postForm(browser, edit, fields).expect(409)
    expect(told.text).toMatch(/<th scope="row">Name<\/th><td><bdi>Theirs<\/bdi><\/td><td><bdi>Mine<\/bdi>/)
    expect(told.text).toContain('value="Mine"')
    expect(await world.sql('SELECT "name" FROM "Application"')).toEqual([{ name: 'Theirs' }])
    await postForm(browser, edit, { ...fields, ...hidden(told) }).expect(303)
    expect(await world.sql('SELECT "name" FROM "Application"')).toEqual([{ name: 'Mine' }])
  })

  it('rotate a secret: the old one counts for a day, or ends now', async () => {
    await using world = await createConsoleWorld()
    await addApplication(world)
    const browser = await administrator(world)
    const rotated = await openAndSend(browser, '/admin/applications/app/secret', { old: 'keep' })
    const first = secretIn(rotated)
    const [kept] = await world.sql('SELECT * FROM "Application"')
    expect(kept?.previousSecretHash).not.toBeNull()
    const ended = secretIn(await openAndSend(browser, '/admin/applications/app/secret', { old: 'end' }))
    const [row] = await world.sql('SELECT * FROM "Application"')
    const secrets = { secretHash: String(row?.secretHash), previousSecretHash: null, previousSecretUntil: null }
    expect(row?.previousSecretHash).toBeNull()
    expect(fitsSecret(secrets, ended, Date.now())).toBe(true)
    expect(fitsSecret(secrets, first, Date.now())).toBe(false)
  })

  it('remove one whose id was typed, and no other', async () => {
    await using world = await createConsoleWorld()
    await addApplication(world)
    const browser = await administrator(world)
    const path = '/admin/applications/app/remove'
    expect((await openAndSend(browser, path, { id: 'ap' })).status).toBe(400)
    expect(await world.sql('SELECT "id" FROM "Application"')).toHaveLength(1)
    expect((await openAndSend(browser, path, { id: 'app' })).status).toBe(303)
    expect(await world.sql('SELECT "id" FROM "Application"')).toHaveLength(0)
    await browser.get('/admin/applications/app').expect(404)
  })

  it('are for everyone where nobody’s groups are known', async () => {
    await using world = await createConsoleWorld()
    await addGroup(world, 'ops', { userids: ['zhangsan'] })
    const browser = await administrator(world)
    const refused = await openAndSend(browser, NEW, { ...GRAFANA, access: 'groups', group: 'ops' })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('DINGTALK_PROFILE')
  })

  it('stand on short pages, however many they are', async () => {
    await using world = await createConsoleWorld()
    const noSecret = { secretHash: null, previousSecretHash: null, previousSecretUntil: null, createdAt: new Date() }
    const steps = Array.from({ length: 500 }, (_, n) => {
      const id = `app-${String(n).padStart(3, '0')}`
      return {
        step: 'add' as const,
        application: { ...usualSettings, id, name: `应用 <i>${n}</i>`, kind: 'proxy' as const, ...noSecret },
      }
    })
    await takeSteps(world, steps)
    const browser = await administrator(world)
    const page = await browser.get('/admin/applications').expect(200)
    expect(Buffer.byteLength(page.text)).toBeLessThan(30 * 1024)
    expect(page.text).not.toContain('<i>')
    const next = /href="(\/admin\/applications\?after=[^"]+)"/.exec(page.text)?.[1] ?? ''
    expect((await browser.get(next).expect(200)).text).toContain('app-040')
    expect((await browser.get('/admin/applications?q=app-499').expect(200)).text).toContain(
      '/admin/applications/app-499"',
    )
  })
})

it('send no form of theirs without the token of its visit', async () => {
  await using world = await createConsoleWorld()
  const browser = await administrator(world)
  const made = await sendForm(browser, { page: NEW, to: NEW, fields: GRAFANA })
  // The token alone is not enough: the form says what was seen, too.
  expect(made.status).toBe(409)
  expect(formTokenOf(made)).toBeTruthy()
})
