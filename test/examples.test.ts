import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeAtOnce, listen } from '../src/server/listen.js'
import { agree, type Browser } from './support/browser.js'
import { Command, freePort } from './support/command.js'
import { PROJECT, read } from './support/documents.js'
import { createWorld, FRONTEND, type World } from './support/world.js'

const canRun = (program: string) => spawnSync(program, ['--version']).status === 0
const hasPython = canRun('python3')
if (!hasPython) console.log('skipped: the example in Python is run where python3 is installed')
const hasJavac = canRun('javac')
if (!hasJavac) console.log('skipped: the syntax of the examples in Java is checked where javac is installed')

/** The folders of which each is one example, and their files. */
const EXAMPLES = [
  'html',
  'react',
  'vue',
  'express',
  'python',
  'go',
  'java-spring/behind-nginx',
  'java-spring/openid-connect',
]
const filesOf = (example: string) =>
  readdirSync(path.join(PROJECT, 'examples', example)).map((file) => `examples/${example}/${file}`)

describe.each(EXAMPLES)('examples/%s', (example) => {
  it('is less than 40 lines, comments and what Java imports aside', () => {
    const lines = filesOf(example).flatMap((file) => read(file).split('\n'))
    const own = lines.filter((line) => !/^\s*(?:$|\/\/|\/\*\*.*\*\/$|#|import [\w.*]+;$|package )/.test(line))
    expect(own.length).toBeGreaterThan(10)
    expect(own.length).toBeLessThan(40)
  })
})

it('every folder of examples is one that is tested', () => {
  const folders = readdirSync(path.join(PROJECT, 'examples'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )
  expect(folders.map(({ name }) => name).sort()).toEqual(
    [...new Set(EXAMPLES.map((name) => name.split('/')[0]))].sort(),
  )
})

const BACK_ENDS = [
  { name: 'express', program: process.execPath, file: 'examples/express/server.mjs', isRun: true },
  { name: 'python', program: 'python3', file: 'examples/python/server.py', isRun: hasPython },
]

/** Starts the back end beside this login server; gives its address. */
async function start({ program, file }: (typeof BACK_ENDS)[number], loginServer: string): Promise<string> {
  const port = await freePort()
  const env = { PATH: process.env.PATH ?? '', LOGIN_SERVER: loginServer, FRONT_END: FRONTEND, PORT: String(port) }
  const command = new Command(program, { args: [path.join(PROJECT, file)], env, cwd: tmpdir() })
  onTestFinished(() => command[Symbol.asyncDispose]())
  const url = `http://localhost:${port}/report`
  const answers = () => fetch(url).then(Boolean, () => false)
  await expect.poll(answers, { timeout: 15_000 }).toBe(true)
  return url
}

async function signedIn(world: World): Promise<Browser> {
  const browser = world.browser()
  const begun = await browser.get('/ding_url').expect(302)
  await browser.get(await agree(begun.headers.location, 'zhangsan')).expect(302)
  return browser
}

describe.each(BACK_ENDS)('the back end in examples/$name', (backEnd) => {
  const run = it.runIf(backEnd.isRun)

  run('answers whoever is signed in, and nobody else', async () => {
    await using world = await createWorld()
    const url = await start(backEnd, world.serverUrl)
    const browser = await signedIn(world)
    const { body: me } = await browser.get('/me').expect(200)

    const answer = await fetch(url, { headers: { cookie: `theme=dark; ${browser.cookieHeader}`, origin: FRONTEND } })
    expect(await answer.json()).toEqual({ total: 42, for: me.id })
    expect(answer.headers.get('access-control-allow-origin')).toBe(FRONTEND)
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(answer.headers.get('cache-control')).toBe('no-store')

    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(`${url}?username=${encodeURIComponent('张三')}`)).status).toBe(401)
    expect((await fetch(url, { headers: { cookie: 'sid=forged' } })).status).toBe(401)
    expect((await fetch(url, { headers: { 'X-Auth-Request-User': me.id } })).status).not.toBe(200)

    const { cookieHeader } = browser
    await browser.post('/logout').expect(204)
    expect((await fetch(url, { headers: { cookie: cookieHeader } })).status).toBe(401)
  })

  run('sends the session’s cookie and no other, follows no redirect, and refuses what it cannot ask', async () => {
    const asked: (string | undefined)[] = []
    let answer: { status: number; location?: string; body: string } = { status: 200, body: '{"id":"x"}' }
    const server = createServer((req, res) => {
      if (req.url !== '/me') asked.push(`elsewhere: ${req.url}`)
      else asked.push(req.headers.cookie)
      res.writeHead(answer.status, answer.location ? { Location: answer.location } : {}).end(answer.body)
    })
    const loginServer = `http://localhost:${await listen(server, { port: 0, host: 'localhost' })}`
    onTestFinished(() => closeAtOnce(server))
    const url = await start(backEnd, loginServer)
    const cookie = '__Host-sid=a; secret=b; sid=c; xsid=d; __Secure-sid=e'
    const statusOf = async () => (await fetch(url, { headers: { cookie } })).status
    asked.length = 0
    expect(await statusOf()).toBe(200)
    expect(asked).toEqual(['__Host-sid=a; sid=c; __Secure-sid=e'])

    answer = { status: 302, location: `${loginServer}/elsewhere`, body: '' }
    expect(await statusOf()).toBe(503)
    answer = { status: 503, body: '{"error":"service_unavailable"}' }
    expect(await statusOf()).toBe(503)
    answer = { status: 200, body: '<h1>A proxy</h1>' }
    expect(await statusOf()).toBe(503)
    expect(asked.filter((one) => one?.startsWith('elsewhere'))).toEqual([])
    await closeAtOnce(server)
    expect(await statusOf()).toBe(503)
  })
})

describe('the back end in examples/express', () => {
  it('takes changes from its front end alone', async () => {
    await using world = await createWorld()
    const url = await start(BACK_ENDS[0] as (typeof BACK_ENDS)[number], world.serverUrl)
    const statusFrom = async (headers: Record<string, string>) => (await fetch(url, { method: 'POST', headers })).status
    expect(await statusFrom({ origin: 'http://sibling.test' })).toBe(403)
    expect(await statusFrom({})).toBe(403)
    // There is nothing to change yet.
    expect(await statusFrom({ origin: FRONTEND })).toBe(404)
  })
})

describe.runIf(hasJavac)('the examples in Java', () => {
  it.each(['behind-nginx', 'openid-connect'])('%s lacks nothing but Spring', (name) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = path.join(PROJECT, 'examples/java-spring', name, 'ReportApplication.java')
    const { stderr } = spawnSync('javac', ['-J-Duser.language=en', '-d', directory, file], { encoding: 'utf8' })
    // Where the syntax is wrong, javac looks no further: nothing is missing then.
    const errors = stderr.split('\n').filter((line) => / error: /.test(line))
    const ofMissing = /package [\w.]+ does not exist|cannot find symbol|static import only from classes and interfaces/
    expect(errors.length).toBeGreaterThan(5)
    expect(errors.filter((line) => !ofMissing.test(line))).toEqual([])
  })
})

describe.each(['docs/guides/button.md', 'docs/zh/guides/button.md'])('%s', (guide) => {
  it('shows the examples as they are', () => {
    const blocks = [...read(guide).matchAll(/^```(?:html|jsx|js|vue)\n(.*?)^```/gms)].map(([, text]) => text)
    const shown = ['html', 'react', 'vue', 'express'].flatMap(filesOf)
    for (const file of shown) expect(blocks, file).toContain(read(file))
    expect(blocks.length).toBe(shown.length + 1)
  })
})
