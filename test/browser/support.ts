import { existsSync } from 'node:fs'
import {
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  devices,
  type Frame,
  type Page,
  request,
} from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { startFrontEnd } from '../../src/demo/front-end.js'
import { type EmulatorOptions, makePerson, type Person } from '../../src/emulator/emulator.js'
import { freePort } from '../support/command.js'
import { createWorld, type World } from '../support/world.js'

const namedPath = process.env.CHROMIUM_PATH
/** Chromium, where CHROMIUM_PATH names one: without it these tests, which take a while, are skipped. */
export const chromiumPath = namedPath && existsSync(namedPath) ? namedPath : undefined

/** What the tests run against both of. */
export const FLOWS = ['qrconnect', 'oauth2'] as const
export type Flow = (typeof FLOWS)[number]

export const DESKTOP: BrowserContextOptions = {
  locale: 'en-US',
  viewport: { width: 1280, height: 800 },
  // Not the HeadlessChrome of a test.
  userAgent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
}
export const PHONE: BrowserContextOptions = { ...devices['iPhone 13'], locale: 'en-US' }

/** How long a step may take that should take none: below the test's own limit, so that the failure names the step. */
const STEP_MS = 8000

/** The server, the emulator and the demo's front end, at addresses that a browser reaches. */
export interface Site extends AsyncDisposable, Pick<World, 'dingtalk' | 'settings' | 'log'> {
  /** PUBLIC_URL. */
  server: string
  /** Where people land after the login, without the slash at its end. */
  frontEnd: string
  /** Somebody nobody has logged in as. */
  newPerson(change?: Partial<Person>): Person
}

export async function startSite(settings: Record<string, string> = {}, emulator: EmulatorOptions = {}): Promise<Site> {
  const port = await freePort()
  const server = `http://localhost:${port}`
  const frontEnd = await startFrontEnd({
    port: 0,
    host: '127.0.0.1',
    loginServer: server,
    openidApp: 'http://openid-app.test',
  })
  const world = await createWorld(
    {
      PORT: String(port),
      PUBLIC_URL: server,
      FRONTEND_URL: `${frontEnd.url}/`,
      RATE_LIMIT_PER_MINUTE: '1000000',
      ...settings,
    },
    emulator,
  )
  let people = 0
  return {
    server,
    frontEnd: frontEnd.url,
    dingtalk: world.dingtalk,
    settings: world.settings,
    log: world.log,
    newPerson: (change = {}) => {
      const id = `person-${++people}`
      const person = makePerson({ id, nick: `员工${people}`, ...change })
      world.dingtalk.addPerson(person)
      return person
    },
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]()
      await frontEnd.close()
    },
  }
}

/** One browser for the tests of a file. */
export interface SharedBrowser {
  /** A browser that nobody has used yet, closed when the test ends; or kept until the file ends. */
  context(options?: BrowserContextOptions, life?: 'test' | 'file'): Promise<BrowserContext>
  /** A page in a browser that nobody has used yet. */
  page(options?: BrowserContextOptions): Promise<Page>
  /** A phone to scan codes with, which keeps nothing: one for the whole file. */
  phone(): Promise<Page>
}

export function shareBrowser(): SharedBrowser {
  const browser = shared(async () =>
    chromium.launch({
      executablePath: chromiumPath ?? '',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-software-rasterizer',
      ],
    }),
  )
  const context: SharedBrowser['context'] = async (options = DESKTOP, life = 'test') => {
    const opened = await browser().newContext(options)
    opened.setDefaultTimeout(STEP_MS)
    if (life === 'test') onTestFinished(() => opened.close())
    return opened
  }
  let phone: Promise<Page> | undefined
  return {
    context,
    page: async (options) => (await context(options)).newPage(),
    phone: () => {
      phone ??= context(PHONE, 'file').then((opened) => opened.newPage())
      return phone
    },
  }
}

/** One site for the tests that do not change it. */
export function shareSite(settings?: Record<string, string>, emulator?: EmulatorOptions): () => Site {
  return shared(() => startSite(settings, emulator))
}

/** Opens a thing before the tests of this file or block, and closes it after them. */
function shared<T extends AsyncDisposable>(open: () => Promise<T>): () => T {
  let opened: T | undefined
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened?.[Symbol.asyncDispose]())
  return () => {
    if (!opened) throw new Error('It is open while tests run only')
    return opened
  }
}

/** The frame with DingTalk's code, once the code is there. */
export async function codeFrame(page: Page): Promise<Frame> {
  const element = await page.locator('#code iframe').elementHandle()
  const frame = await element?.contentFrame()
  if (!frame) throw new Error('The code stands in no frame')
  await frame.locator('a.qr').waitFor()
  return frame
}

/** What the code says: the address that a phone opens when it scans it. */
export async function scannedAddress(codePage: Page | Frame): Promise<string> {
  const path = await codePage.locator('a.qr').getAttribute('href')
  return new URL(path ?? '', codePage.url()).href
}

/** A phone scans the code; its owner agrees, or refuses, in so many steps. */
export async function scanWith(phone: Page, codePage: Page | Frame, personId: string, answer: Answer): Promise<void> {
  await phone.goto(await scannedAddress(codePage))
  await phone.locator(`a[href$="/as/${personId}"]`).click()
  await phone.locator(`a[href$="/${answer}"]`).click()
  await phone.getByRole('heading', { name: 'Go back to the computer' }).waitFor()
}

type Answer = 'agree' | 'refuse'

/** The same without a phone to look at. */
export async function scan(codePage: Page | Frame, personId: string, answer: Answer = 'agree'): Promise<void> {
  const { status } = await fetch(`${await scannedAddress(codePage)}/as/${personId}/${answer}`)
  expect(status).toBe(200)
}

/** What a browser's requests are sent with: its cookies and its name. */
export type Cookies = Pick<BrowserContext, 'request'>

/** A browser without pages, which costs little. */
export async function pagelessBrowser(userAgent: string): Promise<Cookies> {
  const opened = await request.newContext({ userAgent })
  onTestFinished(() => opened.dispose())
  return { request: opened }
}

/** Signs this browser in without a page: DingTalk agrees at once. */
export async function signIn(context: Cookies, site: Site, personId: string): Promise<void> {
  const begun = await context.request.get(`${site.server}/ding_url`, { maxRedirects: 0 })
  const landed = await context.request.get(`${begun.headers().location}&person=${personId}`)
  expect(new URL(landed.url()).origin).toBe(site.frontEnd)
}

/**
 * Waits until the login has ended where it should; gives the address that it led to, whose username is the one to show.
 * The front end takes that out of the browser's address bar.
 */
export async function atFrontEnd(page: Page, site: Pick<Site, 'frontEnd'>): Promise<URL> {
  const landing = async () => {
    // None while the page is on its way.
    const name = await page.evaluate<string>('performance.getEntriesByType("navigation")[0].name').catch(() => '')
    return URL.canParse(name) ? new URL(name) : undefined
  }
  const hasLanded = (url?: URL) => url?.origin === site.frontEnd && url.searchParams.has('username')
  await expect.poll(async () => hasLanded(await landing()), { timeout: STEP_MS }).toBe(true)
  const address = (await landing()) ?? new URL(page.url())
  address.hash = new URL(page.url()).hash
  return address
}

/** Whom the server takes this browser for. */
export async function whoIs(context: Cookies, site: Site): Promise<unknown> {
  const answer = await context.request.get(`${site.server}/me`)
  if (answer.status() === 401) return undefined
  expect(answer.status()).toBe(200)
  const { nick }: { nick: unknown } = await answer.json()
  return nick
}

/** By how many pixels the page is wider than what shows it. */
export function overflow(page: Page): Promise<unknown> {
  return page.evaluate('document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth')
}

/** What the browser says of the Content-Security-Policy, from now on. */
export function policyComplaints(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/content.security.policy/i.test(message.text())) complaints.push(message.text())
  })
  return complaints
}
