import type { Response, Test } from 'supertest'
import { makePerson } from '../../src/emulator/emulator.js'
import type { Browser } from './browser.js'
import { createWorld, PUBLIC_URL, SAME_SITE, type World } from './world.js'

/** The unionid of one of the emulator's people, as ADMINS names them. */
export function unionIdOf(personId: string): string {
  return makePerson({ id: personId, nick: personId }).unionId
}

/** Makes 张三 an administrator. */
export const CONSOLE_SETTINGS = { ...SAME_SITE, ADMINS: unionIdOf('zhangsan') }

export function createConsoleWorld(settings: Record<string, string> = {}): Promise<World> {
  return createWorld({ ...CONSOLE_SETTINGS, ...settings })
}

/** Scans as this person on the way to the console, as whoever opens it without a fresh scan. */
export async function enterConsole(browser: Browser, personId = 'zhangsan', page = '/admin'): Promise<void> {
  const sentAway = await browser.get(page).expect(302)
  await browser.logIn(personId, sentAway.headers.location)
}

/** What the first form of this page carries, so that it can be sent. */
export function formTokenOf(page: { text: string }): string {
  const token = /<input type="hidden" name="token" value="([\w-]+)">/.exec(page.text)?.[1]
  if (token === undefined) throw new Error(`no form of the console: ${page.text}`)
  return token
}

/** Opens the page that holds the form, and sends the form to this path. */
export async function sendForm(
  browser: Browser,
  { page, to, fields = {} }: { page: string; to: string; fields?: Record<string, string> },
): Promise<Response> {
  return postForm(browser, to, { token: formTokenOf(await browser.get(page).expect(200)), ...fields })
}

/** Sends a form of the console as it is, from the server's own origin unless another is given. */
export function postForm(browser: Browser, to: string, fields: Record<string, string>, origin = PUBLIC_URL): Test {
  return browser.post(to, origin).type('application/x-www-form-urlencoded').send(new URLSearchParams(fields).toString())
}
