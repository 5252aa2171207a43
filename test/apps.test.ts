import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readAccess } from '../src/cli/access-file.js'
import { createLogger } from '../src/log.js'
import { pasteTargets } from '../src/paste/paste-targets.js'
import { pasteText } from '../src/paste/paste-texts.js'
import type { AccessRows } from '../src/services/access.js'
import { AccessPlans, planAccess } from '../src/services/access-plans.js'
import { type Application, type ApplicationSettings, usualSettings } from '../src/services/application.js'
import { addition, planApplications } from '../src/services/application-plan.js'
import { judgeApplication } from '../src/services/application-rules.js'
import { fitsSecret, hashSecret, makeSecret } from '../src/services/application-secret.js'
import { Applications } from '../src/services/applications.js'
import { Audit } from '../src/services/audit.js'
import { DAY, HOUR } from '../src/time.js'
import { createPlace, type Place } from './support/operator-place.js'
import { StatementRecorder } from './support/statements.js'

const CALLBACK = 'https://grafana.example.com/login/generic_oauth'
const ADD = ['add', 'grafana', '--name', 'Grafana', '--redirect-uri', CALLBACK]

function settings(changed: Partial<ApplicationSettings> = {}): ApplicationSettings {
  return { ...usualSettings, name: 'Grafana', redirectUris: [CALLBACK], ...changed }
}

/** The service, on a place's database, with a clock of its own. */
function operator({ rows }: Pick<Place, 'rows'>, now = Date.now): Applications {
  return new Applications({ rows, audit: new Audit({ log: createLogger('silent') }), now })
}

/** An application that is there before. */
async function made(place: Place, id = 'grafana', changed: Partial<ApplicationSettings> = {}) {
  const { application, secret = '' } = await operator(place).add(id, settings(changed), { allowHttp: true })
  return { application, secret }
}

async function found(place: Place, id = 'grafana'): Promise<Application> {
  const application = await place.server.find(id)
  if (!application) throw new Error(`there is no ${id}`)
  return application
}

describe('apps add', () => {
  it('prints the secret once, and keeps its hash alone', async () => {
    await using place = await createPlace()
    const { exitCode, output, printed } = await place.apps(...ADD)
    expect(exitCode).toBe(0)
    const [secret = ''] = /(?<= {2})[\w-]{43}$/m.exec(printed) ?? []
    const application = await found(place)
    expect(application).toMatchObject({ ...settings(), secretHash: hashSecret(secret), previousSecretHash: null })
    expect(fitsSecret(application, secret, Date.now())).toBe(true)
    expect(output).toMatch(/"event":"application_added","application":"grafana"/)
    expect(output.split(secret)).toHaveLength(2)

    const rows = JSON.stringify(await place.database.sql('SELECT * FROM "Application"'))
    expect(rows).not.toContain(secret)
    for (const args of [['show', 'grafana'], ['list']]) {
      for (const form of [[], ['--json']]) {
        const shown = await place.apps(...args, ...form)
        expect(shown.exitCode).toBe(0)
        expect(shown.output).toContain('Grafana')
        expect(shown.output).not.toContain(application.secretHash)
      }
    }
  })

  it('is for everyone unless something else is said, and says so in so many words', async () => {
    await using place = await createPlace()
    await place.apps(...ADD)
    expect((await place.apps('show', 'grafana')).printed).toMatch(/^for +everyone$/m)
    expect(await place.json('show', 'grafana')).toMatchObject({ access: 'everyone' })
  })

  it('takes every setting', async () => {
    await using place = await createPlace()
    const all = [
      ...['--everyone', '--post-logout-redirect-uri', 'https://grafana.example.com/login'],
      ...[
        '--backchannel-logout-uri',
        'https://grafana.example.com/out',
        '--open-url',
        'https://grafana.example.com/#/a',
      ],
      ...['--logo-url', 'https://grafana.example.com/a.png', '--username-claim', 'username', '--refresh-tokens'],
      ...['--scope', 'dingtalk', '--description', '监控面板 · Dashboards'],
    ]
    expect((await place.json(...ADD, ...all)).application).toMatchObject({ id: 'grafana', name: 'Grafana' })
    expect(await found(place)).toMatchObject({
      postLogoutRedirectUris: ['https://grafana.example.com/login'],
      backchannelLogoutUri: 'https://grafana.example.com/out',
      openUrl: 'https://grafana.example.com/#/a',
      logoUrl: 'https://grafana.example.com/a.png',
      usernameClaim: 'username',
      refreshTokens: true,
      scopes: ['dingtalk'],
      description: '监控面板 · Dashboards',
    })
    expect((await place.apps('show', 'grafana')).output).toContain('监控面板 · Dashboards')
    expect((await place.apps('export')).output).toContain('description: 监控面板 · Dashboards')
    await place.apps('change', 'grafana', '--no-description')
    expect(await found(place)).toMatchObject({ description: null })
  })

  it.each([
    ['public', ['--redirect-uri', 'http://localhost:8085/auth/callback', 'http://127.0.0.1/cb']],
    ['proxy', ['--open-url', 'https://wiki.example.com/']],
  ])('gives a %s application no secret', async (kind, more) => {
    await using place = await createPlace()
    const answer = await place.json('add', 'wiki', '--name', 'Wiki', `--${kind}`, ...more)
    expect(answer).not.toHaveProperty('secret')
    expect(await found(place, 'wiki')).toMatchObject({ kind, secretHash: null })
  })

  it('refuses what is there already, and leaves it', async () => {
    await using place = await createPlace()
    await place.apps(...ADD)
    const before = await found(place)
    const again = await place.apps('add', 'grafana', '--name', 'Other', '--redirect-uri', 'https://other.example.com/')
    expect(again).toMatchObject({ exitCode: 1, output: expect.stringContaining('already') })
    expect(await found(place)).toEqual(before)
  })

  it.each([
    ['a group that is not there', ['--group', 'developers'], /access\[0\]: there is no group developers/],
    ['a sentence of two lines', ['--description', 'a\nb'], /description: must be a sentence/],
    ['http', ['--redirect-uri', 'http://grafana.intranet/cb'], /redirectUris\[1\]: must be https/],
  ])('refuses %s', async (_, more, message) => {
    await using place = await createPlace()
    expect(await place.apps(...ADD, ...more)).toMatchObject({ exitCode: 1, output: expect.stringMatching(message) })
    expect(await place.server.list()).toEqual([])
  })

  it('takes http where that is allowed, with a warning', async () => {
    await using place = await createPlace()
    const { exitCode, output } = await place.apps(
      ...ADD,
      '--redirect-uri',
      'http://grafana.intranet/cb',
      '--allow-http',
    )
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^Warning: redirectUris\[1\] is http/m)
  })

  it('does not understand two kinds, nor everyone beside groups', async () => {
    await using place = await createPlace()
    for (const more of [
      ['--public', '--proxy'],
      ['--everyone', '--group', 'x'],
      ['--username-claim', 'nick'],
    ])
      expect(await place.apps(...ADD, ...more)).toMatchObject({ exitCode: 2 })
    expect(await place.server.list()).toEqual([])
  })
})

describe('what an application may be', () => {
  const faultsOf = (changed: Partial<ApplicationSettings>, id = 'grafana', allowHttp = false) =>
    judgeApplication(id, settings(changed), { allowHttp, groups: new Set() }).faults.map(({ path }) => path)

  it.each([
    CALLBACK,
    'https://grafana.example.com',
    'https://grafana.example.com:8443/cb?tenant=1',
    'http://localhost:8085/auth/callback',
    'http://127.0.0.1/cb',
    'http://[::1]:3000/cb',
  ])('takes the address %s', (uri) => {
    expect(faultsOf({ redirectUris: [uri], postLogoutRedirectUris: [uri], backchannelLogoutUri: uri })).toEqual([])
  })

  it.each([
    'http://grafana.example.com/cb',
    'http://localhost.example.com/cb',
    'http://127.0.0.1.example.com/cb',
    'https://grafana.example.com/cb#part',
    'https://grafana.example.com/cb#',
    'https://name:password@grafana.example.com/cb',
    'https://name@grafana.example.com/cb',
    'https://*.example.com/cb',
    'https://grafana.example.com/*',
    'https://grafana.example.com/a b',
    'https://grafana.example.com\\cb',
    'https://例子.example.com/cb',
    'https:///grafana.example.com/cb',
    'com.example.app:/cb',
    'javascript:alert(1)',
    '/login/generic_oauth',
    '',
    `https://grafana.example.com/${'a'.repeat(2000)}`,
  ])('refuses the address %s', (uri) => {
    expect(faultsOf({ redirectUris: [uri] })).toEqual(['redirectUris[0]'])
    expect(faultsOf({ postLogoutRedirectUris: [CALLBACK, uri] })).toEqual(['postLogoutRedirectUris[1]'])
    expect(faultsOf({ backchannelLogoutUri: uri })).toEqual(['backchannelLogoutUri'])
    expect(faultsOf({ logoUrl: uri })).toEqual(['logoUrl'])
  })

  it('takes http of an intranet alone where it is allowed, and warns of each', () => {
    const redirectUris = ['http://grafana.intranet/cb', CALLBACK]
    const judged = judgeApplication('grafana', settings({ redirectUris }), { allowHttp: true, groups: new Set() })
    expect(judged).toEqual({ faults: [], warnings: [{ path: 'redirectUris[0]', problem: expect.any(String) }] })
    expect(faultsOf({ redirectUris: ['ftp://grafana.intranet/cb'] }, 'grafana', true)).toEqual(['redirectUris[0]'])
  })

  it('says nothing of what a refused address holds', () => {
    const redirectUris = ['https://name:password@grafana.example.com/cb']
    const judged = judgeApplication('grafana', settings({ redirectUris }), { allowHttp: false, groups: new Set() })
    expect(JSON.stringify(judged)).not.toContain('password@')
  })

  it.each(['', 'Grafana', '-grafana', 'gra fana', 'gra_fana', '../x', 'a'.repeat(64), '钉钉'])(
    'refuses the id %s',
    (id) => {
      expect(faultsOf({}, id)).toEqual(['id'])
    },
  )

  it.each(['', ' Grafana', 'a'.repeat(65), 'Gra\nfana', 'Gra\u202efana'])('refuses the name %j', (name) => {
    expect(faultsOf({ name })).toEqual(['name'])
  })

  it('refuses an application to which nobody could come back, and an address that is given twice', () => {
    expect(faultsOf({ redirectUris: [] })).toEqual(['redirectUris'])
    expect(faultsOf({ kind: 'public', redirectUris: [] })).toEqual(['redirectUris'])
    expect(faultsOf({ redirectUris: [CALLBACK, CALLBACK] })).toEqual(['redirectUris[1]'])
  })

  it('refuses scopes that there are not', () => {
    expect(faultsOf({ scopes: ['dingtalk', 'admin'] })).toEqual(['scopes[1]'])
  })

  it('refuses for a proxy what OpenID Connect alone has', () => {
    const openid: Partial<ApplicationSettings> = {
      kind: 'proxy',
      backchannelLogoutUri: CALLBACK,
      postLogoutRedirectUris: [CALLBACK],
      refreshTokens: true,
      scopes: ['dingtalk'],
    }
    const paths = ['redirectUris', 'postLogoutRedirectUris', 'backchannelLogoutUri', 'refreshTokens', 'scopes']
    expect(faultsOf(openid)).toEqual(paths)
    expect(faultsOf({ kind: 'proxy', redirectUris: [] })).toEqual([])
  })
})

describe('apps change', () => {
  it('changes what is given, leaves the rest, and is seen by a running server at once', async () => {
    await using place = await createPlace()
    await made(place, 'grafana', { openUrl: 'https://grafana.example.com/', refreshTokens: true, scopes: ['dingtalk'] })
    const before = await found(place)
    const more = ['--redirect-uri', 'https://a.example.com/cb', 'https://b.example.com/cb', '--no-open-url']
    const { exitCode, output } = await place.apps('change', 'grafana', ...more, '--no-refresh-tokens')
    expect(exitCode).toBe(0)
    expect(await found(place)).toEqual({
      ...before,
      redirectUris: ['https://a.example.com/cb', 'https://b.example.com/cb'],
      openUrl: null,
      refreshTokens: false,
    })
    expect(output).toMatch(
      /"event":"application_changed","application":"grafana","fields":"redirectUris openUrl refreshTokens"/,
    )
  })

  it('takes the secret from what can keep none, and gives a new one to what can', async () => {
    await using place = await createPlace()
    const { secret } = await made(place)
    await place.apps('rotate-secret', 'grafana')
    await place.apps('change', 'grafana', '--public')
    expect(await found(place)).toMatchObject({ secretHash: null, previousSecretHash: null, previousSecretUntil: null })
    const again = await place.json('change', 'grafana', '--confidential')
    const application = await found(place)
    expect(fitsSecret(application, again.secret, Date.now())).toBe(true)
    expect(fitsSecret(application, secret, Date.now())).toBe(false)
  })

  it('makes a host behind /verify of it, without what only OpenID Connect has', async () => {
    await using place = await createPlace()
    await made(place)
    const refused = await place.apps('change', 'grafana', '--proxy')
    expect(refused).toMatchObject({ exitCode: 1, output: expect.stringContaining('redirectUris: ') })
    expect((await place.apps('change', 'grafana', '--proxy', '--no-redirect-uri')).exitCode).toBe(0)
    expect(await found(place)).toMatchObject({ kind: 'proxy', redirectUris: [], secretHash: null })
  })

  it('asks for leave for each http address that is new', async () => {
    await using place = await createPlace()
    await made(place, 'grafana', { redirectUris: [CALLBACK, 'http://grafana.intranet/cb'] })
    expect(await place.apps('change', 'grafana', '--name', 'Charts')).toMatchObject({ exitCode: 0 })
    const before = await found(place)
    const refused = await place.apps('change', 'grafana', '--redirect-uri', 'http://other.intranet/cb')
    expect(refused).toMatchObject({ exitCode: 1, output: expect.stringContaining('redirectUris[0]') })
    expect(await found(place)).toEqual(before)
  })

  it('changes nothing, and says so, where somebody else replaced the secret meanwhile', async () => {
    await using place = await createPlace()
    await made(place)
    let secret = ''
    const rows: AccessRows = {
      revision: () => place.rows.revision(),
      read: async () => {
        const read = await place.rows.read()
        secret = (await operator(place).rotateSecret('grafana', { endOld: true })).secret
        return read
      },
      take: (steps, revision) => place.rows.take(steps, revision),
    }
    const slow = operator({ rows }).change('grafana', { name: 'Charts' }, { allowHttp: false })
    await expect(slow).rejects.toThrow('Somebody else has changed')
    const application = await found(place)
    expect(application.name).toBe('Grafana')
    expect(fitsSecret(application, secret, Date.now())).toBe(true)
  })

  it('says that there is none', async () => {
    await using place = await createPlace()
    for (const command of ['show', 'change', 'rotate-secret', 'remove'])
      expect(await place.apps(command, 'grafana')).toMatchObject({
        exitCode: 1,
        output: expect.stringContaining('There is no application grafana.'),
      })
  })
})

describe('a secret', () => {
  it('that was replaced counts for a day beside the new one', async () => {
    await using place = await createPlace()
    const { secret: old } = await made(place)
    const at = Date.now()
    const { secret } = await operator(place, () => at).rotateSecret('grafana', { endOld: false })
    const application = await found(place)
    expect(application.previousSecretUntil).toEqual(new Date(at + DAY))
    for (const later of [0, 23 * HOUR]) {
      expect(fitsSecret(application, old, at + later)).toBe(true)
      expect(fitsSecret(application, secret, at + later)).toBe(true)
    }
    expect(fitsSecret(application, old, at + DAY)).toBe(false)
    expect(fitsSecret(application, secret, at + DAY)).toBe(true)
  })

  it('that was replaced with --now counts no longer', async () => {
    await using place = await createPlace()
    const { secret: old } = await made(place)
    await place.apps('rotate-secret', 'grafana')
    const rotated = await place.apps('rotate-secret', 'grafana', '--now')
    expect(rotated.output).toMatch(/"event":"application_secret_rotated","application":"grafana","endOld":true/)
    const application = await found(place)
    expect(application).toMatchObject({ previousSecretHash: null, previousSecretUntil: null })
    expect(fitsSecret(application, old, Date.now())).toBe(false)
  })

  it('is not there where the application has none, whatever is sent', async () => {
    const none = { secretHash: null, previousSecretHash: null, previousSecretUntil: null }
    for (const sent of ['', 'null', makeSecret()]) expect(fitsSecret(none, sent, Date.now())).toBe(false)
    await using place = await createPlace()
    await made(place, 'wiki', { name: 'Wiki', kind: 'proxy', redirectUris: [] })
    expect(await place.apps('rotate-secret', 'wiki')).toMatchObject({ exitCode: 1 })
  })

  it('is not its hash', () => {
    const secret = makeSecret()
    const application = { secretHash: hashSecret(secret), previousSecretHash: null, previousSecretUntil: null }
    expect(fitsSecret(application, application.secretHash, Date.now())).toBe(false)
    expect(fitsSecret(application, `${secret} `, Date.now())).toBe(false)
  })
})

describe('apps remove', () => {
  it('is seen by a running server at once', async () => {
    await using place = await createPlace()
    await made(place)
    expect(await place.server.needOpenid()).toBe(true)
    const { exitCode, output } = await place.apps('remove', 'grafana')
    expect(exitCode).toBe(0)
    expect(output).toMatch(/"event":"application_removed","application":"grafana"/)
    expect(await place.server.find('grafana')).toBeUndefined()
    expect(await place.server.needOpenid()).toBe(false)
  })
})

describe('what servers ask', () => {
  it('is one statement each, and one more where something has changed', async () => {
    await using place = await createPlace()
    await made(place, 'wiki', { name: 'Wiki', kind: 'proxy', redirectUris: [] })
    using recorder = new StatementRecorder()
    const found = await place.server.find('wiki')
    expect(found).toMatchObject({ kind: 'proxy' })
    expect(recorder.take()).toHaveLength(2)
    expect(await place.server.find('wiki')).toBe(found)
    expect(recorder.take()).toHaveLength(1)
    // A host behind /verify speaks no OpenID Connect.
    expect(await place.server.needOpenid()).toBe(false)
    expect(recorder.take()).toHaveLength(1)
  })
})

describe('a running server', () => {
  it('sees what another process changes, and what is there again under an id', async () => {
    await using place = await createPlace()
    await made(place)
    const before = await place.server.find('grafana')
    await made(place, 'other')
    // What nobody has changed need not be worked out again.
    expect(await place.server.find('grafana')).toBe(before)
    expect((await place.apps('change', 'grafana', '--name', 'Other boards')).exitCode).toBe(0)
    expect(await place.server.find('grafana')).toMatchObject({ name: 'Other boards' })
    expect((await place.apps('remove', 'grafana')).exitCode).toBe(0)
    expect(await place.server.find('grafana')).toBeUndefined()
    await made(place)
    expect(await place.server.find('grafana')).toEqual(
      before && { ...before, createdAt: expect.any(Date), secretHash: expect.any(String) },
    )
  })
})

const FILE = `
applications:
  grafana:
    name: Grafana
    redirectUris: [${CALLBACK}]
    access: everyone
  wiki:
    name: Wiki
    kind: proxy
    access: everyone
    openUrl: https://wiki.example.com/
`

describe('apps apply', () => {
  it('makes the applications those of the file, with new secrets in a file for their owner alone', async () => {
    await using place = await createPlace()
    await made(place, 'old', { name: 'Old' })
    await made(place, 'wiki', { name: 'Vicky', kind: 'proxy', redirectUris: [] })
    const file = place.write('apps.yaml', FILE)
    const args = ['apply', file, '--prune', '--secrets-file', 'secrets.yaml']
    const { exitCode, output } = await place.apps(...args)
    expect(exitCode).toBe(0)
    expect((await place.server.list()).map(({ id }) => id)).toEqual(['grafana', 'wiki'])
    expect(await found(place, 'wiki')).toMatchObject({ name: 'Wiki', openUrl: 'https://wiki.example.com/' })
    for (const event of ['application_added', 'application_changed', 'application_removed'])
      expect(output).toContain(`"event":"${event}"`)

    const secretsFile = path.join(place.directory, 'secrets.yaml')
    const secrets = parse(readFileSync(secretsFile, 'utf8'))
    expect(Object.keys(secrets)).toEqual(['grafana'])
    expect(fitsSecret(await found(place), secrets.grafana, Date.now())).toBe(true)
    expect(output).not.toContain(secrets.grafana)
    if (process.platform !== 'win32') expect(statSync(secretsFile).mode & 0o777).toBe(0o600)

    const before = await place.server.list()
    expect(await place.json('apply', file, '--prune')).toMatchObject({ added: [], changed: [], removed: [] })
    expect(await place.server.list()).toEqual(before)
  })

  it('leaves applications that the file does not have, without --prune', async () => {
    await using place = await createPlace()
    await made(place, 'old', { name: 'Old' })
    const before = await found(place, 'old')
    const file = place.write('apps.yaml', FILE)
    const done = await place.json('apply', file, '--secrets-file', 'secrets.yaml')
    expect(done).toMatchObject({ added: ['grafana', 'wiki'], removed: [], newSecrets: ['grafana'] })
    expect(await found(place, 'old')).toEqual(before)
  })

  it('does nothing with --dry-run, and says what it would do', async () => {
    await using place = await createPlace()
    const file = place.write('apps.yaml', FILE)
    const { exitCode, printed } = await place.apps('apply', file, '--dry-run', '--secrets-file', 'secrets.yaml')
    expect(exitCode).toBe(0)
    expect(printed).toMatch(/^grafana +added$/m)
    expect(printed).toContain('Nothing was changed.')
    expect(await place.server.list()).toEqual([])
    expect(existsSync(path.join(place.directory, 'secrets.yaml'))).toBe(false)
  })

  it('names every key and value that it does not understand, and then changes nothing', async () => {
    await using place = await createPlace()
    const file = place.write(
      'apps.yaml',
      `${FILE}  other: { name: 3, redirectUri: [], access: nobody, scopes: [1], kind: open }\nmore: 1\n`,
    )
    const { exitCode, output } = await place.apps('apply', file, '--secrets-file', 'secrets.yaml')
    expect(exitCode).toBe(1)
    for (const at of ['name', 'redirectUri', 'access', 'scopes[0]', 'kind'])
      expect(output).toContain(`  applications.other.${at}: `)
    expect(output).toContain('  more: ')
    expect(await place.server.list()).toEqual([])
    expect(existsSync(path.join(place.directory, 'secrets.yaml'))).toBe(false)
  })

  it.each(['applications', 'groups'])('passes no name of %s over, and then changes nothing', async (section) => {
    await using place = await createPlace()
    const file = place.write('apps.yaml', `${section}: { __proto__: { name: Other } }\n`)
    const { exitCode, output } = await place.apps('apply', file)
    expect({ exitCode, output }).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining(`  ${section}.__proto__: cannot be a name`),
    })
  })

  it('judges as add does, by paths of the file, and then changes nothing', async () => {
    await using place = await createPlace()
    const wrong = '{ name: Other, redirectUris: [https://a.example.com/, http://b.example.com/], access: [people] }'
    const file = place.write('apps.yaml', `${FILE}  other: ${wrong}\n  Other: ${wrong}\n`)
    const { exitCode, output } = await place.apps('apply', file, '--secrets-file', 'secrets.yaml')
    expect(exitCode).toBe(1)
    for (const at of ['other.redirectUris[1]', 'other.access[0]', 'Other', 'Other.redirectUris[1]'])
      expect(output).toContain(`  applications.${at}: `)
    expect(await place.server.list()).toEqual([])
  })

  it('takes http where the file allows it, with a warning', async () => {
    await using place = await createPlace()
    const file = place.write(
      'apps.yaml',
      'applications: { cli: { name: CLI, kind: public, redirectUris: [http://a.intranet/cb], allowHttp: true } }',
    )
    const { exitCode, output } = await place.apps('apply', file)
    expect({ exitCode, output }).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Warning: applications.cli'),
    })
    expect(await found(place, 'cli')).toMatchObject({ redirectUris: ['http://a.intranet/cb'] })
  })

  it('does nothing where new secrets have no file, or one that is there already', async () => {
    await using place = await createPlace()
    const file = place.write('apps.yaml', FILE)
    const there = place.write('secrets.yaml', 'mine\n')
    for (const more of [[], ['--secrets-file', there], ['--secrets-file', 'no/such/folder/secrets.yaml']]) {
      const { exitCode, output } = await place.apps('apply', file, ...more)
      expect({ exitCode, output }).toMatchObject({
        exitCode: 1,
        output: expect.stringContaining('Nothing was changed'),
      })
      expect(await place.server.list()).toEqual([])
    }
    expect(readFileSync(there, 'utf8')).toBe('mine\n')
  })

  it.each(['INSERT', 'UPDATE', 'DELETE'] as const)('does all or nothing: where no %s is possible', async (verb) => {
    await using place = await createPlace()
    await made(place, 'old', { name: 'Old' })
    await made(place, 'wiki', { name: 'Vicky', kind: 'proxy', redirectUris: [] })
    const before = await place.server.list()
    const file = place.write('apps.yaml', FILE)
    const allow = await place.database.forbid(verb, 'Application')
    const args = ['apply', file, '--prune', '--secrets-file', 'secrets.yaml']
    expect((await place.apps(...args)).exitCode).toBe(1)
    expect(await place.server.list()).toEqual(before)
    // Its secrets count for nothing, and would be in the way.
    expect(existsSync(path.join(place.directory, 'secrets.yaml'))).toBe(false)
    await allow()
    expect((await place.apps(...args)).exitCode).toBe(0)
  })

  it('does nothing where somebody else was faster', async () => {
    await using place = await createPlace()
    const applications = operator(place)
    await applications.add('wiki', settings({ name: 'Vicky' }), { allowHttp: false })
    const wanted = (id: string) => ({ id, settings: settings(), allowHttp: false, secretHash: undefined })
    const plans = new AccessPlans({ rows: place.rows, audit: new Audit({ log: createLogger('silent') }) })
    const both = { applications: [wanted('grafana'), wanted('wiki')], groups: undefined }
    const plan = await plans.make(both, { prune: false })
    await applications.remove('wiki')
    await expect(plans.carryOut(plan)).rejects.toThrow('Somebody else')
    expect(await place.server.list()).toEqual([])
  })

  it('says that there is no such file, or that it is no YAML', async () => {
    await using place = await createPlace()
    const file = place.write('apps.yaml', 'applications: [\n')
    expect(await place.apps('apply', file)).toMatchObject({ exitCode: 1, output: expect.stringContaining('no YAML') })
    const missing = await place.apps('apply', 'missing.yaml')
    expect(missing).toMatchObject({ exitCode: 1, output: 'missing.yaml cannot be read (ENOENT).\n' })
  })
})

describe('apps export', () => {
  it('writes what apply restores, secrets among it', async () => {
    await using place = await createPlace()
    const { secret } = await made(place, 'grafana', { redirectUris: [CALLBACK, 'http://grafana.intranet/cb'] })
    await made(place, 'wiki', { kind: 'proxy', redirectUris: [], openUrl: 'https://wiki.example.com/' })
    await made(place, 'cli', { kind: 'public', redirectUris: ['http://127.0.0.1/cb'], scopes: ['dingtalk'] })
    const { printed } = await place.apps('export')
    expect(await place.json('export')).toEqual(parse(printed))

    await using other = await createPlace()
    const done = await other.json('apply', other.write('apps.yaml', printed))
    expect(done).toMatchObject({ added: ['cli', 'grafana', 'wiki'], newSecrets: [] })
    const without = (all: Application[]) => all.map(({ createdAt, ...rest }) => rest)
    expect(without(await other.server.list())).toEqual(without(await place.server.list()))
    expect(fitsSecret(await found(other), secret, Date.now())).toBe(true)
  })

  it('brings no secret back that was replaced since', async () => {
    await using place = await createPlace()
    const { secret: old } = await made(place)
    const { printed } = await place.apps('export')
    await place.apps('rotate-secret', 'grafana', '--now')
    const before = await found(place)
    expect((await place.apps('apply', place.write('apps.yaml', printed))).exitCode).toBe(0)
    expect(await found(place)).toEqual(before)
    expect(fitsSecret(before, old, Date.now())).toBe(false)
  })

  it('is believed only where the hash can be one', () => {
    const plan = (secretHash: string, kind: Application['kind'] = 'confidential') =>
      planApplications([], [{ id: 'grafana', settings: settings({ kind }), allowHttp: false, secretHash }], {
        prune: false,
        groups: new Set(),
        now: new Date(),
      })
    expect(plan(hashSecret('x')).faults).toEqual([])
    for (const refused of [plan('x'), plan(''), plan(hashSecret('x'), 'public')])
      expect(refused.faults.map(({ path }) => path)).toEqual(['applications.grafana.secretHash'])
  })
})

describe('docs/applications.md', () => {
  const text = readFileSync(new URL('../docs/applications.md', import.meta.url), 'utf8')

  it('has a file that apply takes, without a warning', () => {
    const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(text) ?? []
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    const file = path.join(directory, 'apps.yaml')
    writeFileSync(file, yaml)
    const empty = { applications: [], groups: [], revision: 0 }
    const plan = planAccess(empty, readAccess(file), { prune: false, now: new Date() })
    rmSync(directory, { recursive: true })
    expect(plan.faults).toEqual([])
    expect(plan.applications).toMatchObject({ added: ['grafana', 'argocd-cli'], warnings: [] })
  })

  it('explains exactly the keys that there are', () => {
    const keys = [...text.matchAll(/^\| `([a-zA-Z]+)` \|/gm)].map(([, key]) => key)
    const kinds = ['confidential', 'public', 'proxy']
    const known = [...Object.keys(usualSettings), 'name', 'allowHttp', 'secretHash']
    expect(keys.filter((key) => !kinds.includes(key ?? '')).sort()).toEqual(known.sort())
  })
})

describe('apps show --for', () => {
  const issuer = 'https://login.example.com'
  const application = (changed: Partial<ApplicationSettings> = {}) =>
    addition('grafana', settings(changed), new Date()).application

  it.each(pasteTargets)('has what to paste into %s, and no secret', (program) => {
    const text = pasteText(program, { issuer, application: application() })
    for (const part of [issuer, 'grafana', 'THE-SECRET-THAT-WAS-SHOWN-ONCE', 'openid']) expect(text).toContain(part)
    const isMissing = text.includes('has no redirect URI that ends in')
    expect(isMissing).toBe(!['grafana', 'mod_auth_openidc'].includes(program))
    const withoutSecret = pasteText(program, { issuer, application: application({ kind: 'public' }) })
    expect(withoutSecret).not.toMatch(/SECRET|undefined|false\b.*secret/)
  })

  it('asks for what the application may have', () => {
    const text = pasteText('grafana', {
      issuer,
      application: application({ scopes: ['dingtalk'], refreshTokens: true }),
    })
    expect(text).toContain('scopes = openid profile email groups dingtalk offline_access\n')
    expect(text).toContain('use_refresh_token = true\n')
    expect(text).toContain(`post_logout_redirect_uri=${encodeURIComponent('https://grafana.example.com/login')}`)
  })

  it('prints it, with the address of this server', async () => {
    await using place = await createPlace()
    await made(place)
    const { exitCode, printed } = await place.apps('show', 'grafana', '--for', 'grafana')
    expect({ exitCode, printed }).toEqual({
      exitCode: 0,
      printed: `${pasteText('grafana', { issuer, application: await found(place) })}\n`,
    })
  })

  it('has nothing for a host behind /verify', async () => {
    await using place = await createPlace()
    await made(place, 'wiki', { name: 'Wiki', kind: 'proxy', redirectUris: [] })
    const { exitCode, output } = await place.apps('show', 'wiki', '--for', 'grafana')
    expect({ exitCode, output }).toMatchObject({ exitCode: 1, output: expect.stringContaining('/verify') })
  })
})
