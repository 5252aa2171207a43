import { describe, expect, it } from 'vitest'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { runCompiled } from './support/command.js'
import { makeDatabase } from './support/database.js'
import { isInstalled } from './support/proxy.js'
import { type Certificate, Certificates, TlsFront } from './support/tls-front.js'
import { CleanUp, createWorld, defaultSettings, SAME_SITE } from './support/world.js'

const onPostgresql = Boolean(process.env.TEST_DATABASE_URL)
const hasOpenssl = isInstalled('openssl', 'version')
if (onPostgresql && !hasOpenssl) console.log('skipped: TLS of a database is tried where openssl is installed')

interface Place extends AsyncDisposable {
  front: TlsFront
  /** The address with these parameters. */
  urlWith(parameters: Record<string, string>): string
  /** As `sslrootcert` takes it. */
  authority: string
}

/** A database whose server speaks TLS like this. */
async function createPlace(certificate: Certificate | 'none'): Promise<Place> {
  const cleanUp = new CleanUp()
  const database = await makeDatabase()
  cleanUp.defer(() => database.remove())
  const certificates = new Certificates()
  cleanUp.defer(() => certificates[Symbol.dispose]())
  const front = await TlsFront.before(database.url, certificates, certificate)
  cleanUp.defer(() => front[Symbol.asyncDispose]())
  const urlWith = (parameters: Record<string, string>) => {
    const url = new URL(front.url)
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.href
  }
  return { front, urlWith, authority: certificates.authority, [Symbol.asyncDispose]: () => cleanUp.run() }
}

/** What the server prints that cannot start with this database. */
async function outputOf(databaseUrl: string): Promise<string> {
  await using server = runCompiled('start', {
    env: { ...defaultSettings('http://127.0.0.1:9'), ...SAME_SITE, DATABASE_URL: databaseUrl },
  })
  expect(await server.ended()).toBe(1)
  return server.output
}

async function isUsable(databaseUrl: string): Promise<boolean> {
  const database = await openDatabase(databaseUrl)
  const isAnswering = await database.isAnswering()
  await database.close()
  return isAnswering
}

describe.runIf(onPostgresql && hasOpenssl)('a database server', () => {
  it.each<[Certificate, RegExp]>([
    ['self-signed', /^DATABASE_URL: .*: its certificate is self-signed.*\n$/],
    ['expired', /^DATABASE_URL: .*: its certificate has expired\n$/],
    ['of another name', /^DATABASE_URL: .*: its certificate is for another name\n$/],
  ])('whose certificate is %s is refused in one line', async (certificate, line) => {
    await using place = await createPlace(certificate)
    const known = certificate === 'self-signed' ? {} : { sslrootcert: place.authority }
    expect(await outputOf(place.urlWith({ sslmode: 'require', ...known }))).toMatch(line)
    expect(place.front.encrypted).toBe(0)
  })

  it('whose certificate an unknown authority has signed is refused in one line', async () => {
    await using place = await createPlace('good')
    expect(await outputOf(place.urlWith({ sslmode: 'require' }))).toMatch(/^DATABASE_URL: .*: nobody whom this .*\n$/)
  })

  it.each(['require', 'verify-ca', 'verify-full'])(
    'whose certificate is good is used with sslmode=%s',
    async (sslmode) => {
      await using place = await createPlace('good')
      expect(await isUsable(place.urlWith({ sslmode, sslrootcert: place.authority }))).toBe(true)
      expect(place.front.encrypted).toBeGreaterThan(0)
    },
  )

  it('whose certificate expires while the server runs is away for as long', async () => {
    await using place = await createPlace('good')
    const { front, authority } = place
    await using world = await createWorld({
      DATABASE_URL: place.urlWith({ sslmode: 'require', sslrootcert: authority }),
    })
    const browser = world.browser()
    await browser.logIn()

    front.certificate = 'expired'
    front.breakAll()
    const me = await browser.get('/me').expect(503)
    expect(me.headers['retry-after']).toBe('5')
    expect(me.body.error).toBe('service_unavailable')
    expect(world.log.at(-1)).toMatchObject({ detail: expect.stringContaining('its certificate has expired') })
    const outside = world.browser()
    const landed = await outside.get(await outside.scan('lisi')).expect(503)
    expect(landed.headers['retry-after']).toBe('5')

    front.certificate = 'good'
    await browser.get('/me').expect(200)
    await outside.logIn('lisi')
  })

  it('that speaks no TLS is refused where sslmode=require asks for it', async () => {
    await using place = await createPlace('none')
    const line =
      'DATABASE_URL: the database cannot be used (NO_TLS): it speaks no TLS, and sslmode=require asks for it\n'
    expect(await outputOf(place.urlWith({ sslmode: 'require' }))).toBe(line)
  })

  it.each<[string, Certificate | 'none']>([
    ['without TLS where it speaks none', 'none'],
    ['with TLS and whatever certificate it has', 'self-signed'],
  ])('is, with sslmode=prefer, used %s', async (_, certificate) => {
    await using place = await createPlace(certificate)
    const DATABASE_URL = place.urlWith({ sslmode: 'prefer' })
    const settings = { ...defaultSettings('http://127.0.0.1:9'), ...SAME_SITE, DATABASE_URL }
    await using server = runCompiled('start', { env: settings })
    await server.printed(/"listening"/)
    // No other line but those of the log.
    expect(
      server.output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).msg),
    ).toEqual(['listening'])
    expect(place.front.encrypted > 0).toBe(certificate !== 'none')
  })
})

describe.runIf(onPostgresql)('an address of PostgreSQL', () => {
  it('may name the host in its query', async () => {
    const database = await makeDatabase()
    const { username, hostname, port, pathname, search } = new URL(database.url)
    const more = `&host=${hostname}&port=${port || 5432}`
    const settings = {
      ...defaultSettings('http://127.0.0.1:9'),
      DATABASE_URL: `postgresql://${username}@${pathname}${search}${more}`,
    }
    await using server = runCompiled('start', { env: settings })
    await server.printed(/"listening"/)
    await database.remove()
  })
})
