import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { settingNames } from '../src/config/config.js'
import { PROJECT, read } from './support/documents.js'

const MANIFEST: { exports: { '.': { types: string } } } = JSON.parse(
  readFileSync(path.join(PROJECT, 'package.json'), 'utf8'),
)

/** Whoever uses the package and has the types of Node alone. */
const PLAIN = `
import { createServer } from 'node:http'
import { type DingtalkLogin, type DingtalkUser, dingtalkLogin } from 'dingtalk-login'

const login: DingtalkLogin = await dingtalkLogin(
  { DINGTALK_APP_ID: 'a', SESSION_SECRETS: ['one', 'two'], TRUST_PROXY: 1, MEMBERSHIP_RECHECK: 0, LOGIN_TIMEOUT: '10m' },
  { logger: console },
)
createServer((req, res) => login.routes(req, res, (error?: unknown) => res.end(String(error))))
export function nameOf(user: DingtalkUser): string {
  return user.username + user.lastLoginAt + (user.avatarUrl ?? '')
}
await dingtalkLogin(process.env)
const { NODE_ENV } = process.env
await dingtalkLogin({ NODE_ENV })
// @ts-expect-error it is misspelt
await dingtalkLogin({ DINGTALK_APPID: 'a' })
// @ts-expect-error every client could claim any address
await dingtalkLogin({ TRUST_PROXY: true })
// @ts-expect-error nothing listens
await dingtalkLogin({ METRICS_PORT: 9100 })
const ended: Promise<void> = login.close()
await ended
`

const EXPRESS = `
import express, { type RequestHandler } from 'express'
import { dingtalkLogin } from 'dingtalk-login'

const login = await dingtalkLogin({ DINGTALK_APP_ID: 'a' })
const app = express()
app.use(login.routes)
app.use('/reports', login.requireUser)
const guard: RequestHandler = login.requireUser
app.use(guard)
app.get('/reports/:year', login.requireUser, (req, res) => {
  const name: string | undefined = req.user?.username
  const year: string = req.params.year
  // @ts-expect-error nobody may be signed in
  req.user.username
  // @ts-expect-error there is no such thing
  req.user?.password
  res.json({ name, year })
})
app.get('/', login.optionalUser, (req, res) => void res.json(req.user ?? null))
`

const PASSPORT = `${EXPRESS}
import passport from 'passport'
app.use(passport.initialize())
app.get('/other', (req, res) => void res.json(req.isAuthenticated() ? req.user.username : null))
`

const [, GUIDE = ''] = /```ts\n(.*?)```/s.exec(read('docs/guides/express.md')) ?? []

/** Compiles these modules in a project that has these types besides; returns what the compiler says. */
async function compile(text: string, { types, options }: { types: string[]; options: object }): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  try {
    const installed = path.join(directory, 'node_modules/dingtalk-login')
    mkdirSync(path.join(directory, 'node_modules/@types'), { recursive: true })
    cpSync(path.join(PROJECT, 'package.json'), path.join(installed, 'package.json'))
    cpSync(path.join(PROJECT, 'dist'), path.join(installed, 'dist'), {
      recursive: true,
      filter: (file) => !path.extname(file) || file.endsWith('.d.ts'),
    })
    for (const name of types)
      symlinkSync(path.join(PROJECT, 'node_modules/@types', name), path.join(directory, 'node_modules/@types', name))
    const compilerOptions = {
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'es2022',
      types: ['node'],
      ...options,
    }
    writeFileSync(path.join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    writeFileSync(path.join(directory, 'package.json'), '{ "type": "module" }')
    writeFileSync(path.join(directory, 'program.ts'), text)
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
    const tsc = path.join(path.dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc)
    const compiled = promisify(execFile)(process.execPath, [tsc, '-p', directory], { cwd: directory })
    return await compiled.then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }) => stdout + stderr,
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

describe('the types of the package', () => {
  const nodenext = { module: 'nodenext' }
  const bundler = { module: 'esnext', moduleResolution: 'bundler' }
  const strictest = { ...nodenext, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }

  it.each([
    ['Node’s alone, as strict as can be', PLAIN, ['node'], strictest],
    ['Node’s alone, for a bundler', PLAIN, ['node'], bundler],
    ['Express', EXPRESS, ['node', 'express'], nodenext],
    ['Express, for a bundler', EXPRESS, ['node', 'express'], bundler],
    ['Express, as the guide has it', GUIDE, ['node', 'express'], strictest],
    ['Express and Passport', PASSPORT, ['node', 'express', 'passport'], nodenext],
  ])('fit a program with %s', async (_with, text, types, options) => {
    expect(await compile(text, { types, options })).toBe('')
  })

  it('are no more than what is exported', () => {
    const files = readdirSync(path.join(PROJECT, 'dist'), { recursive: true, encoding: 'utf8' })
    const declared = files.filter((file) => file.endsWith('.d.ts') && !file.startsWith('client')).sort()
    expect(declared.map((file) => file.replaceAll(path.sep, '/'))).toEqual(['embedding/types.d.ts', 'index.d.ts'])
    expect(MANIFEST.exports['.'].types).toBe('./dist/index.d.ts')
  })

  it('know every setting, but for those of a server of its own', () => {
    const source = readFileSync(path.join(PROJECT, 'src/embedding/types.ts'), 'utf8')
    const [, body = ''] = /interface DingtalkLoginSettings \{(.*?)\n\}/s.exec(source) ?? []
    const known = Array.from(body.matchAll(/^ {2}([A-Z_]+)\?:/gm), ([, name]) => name)
    const own = settingNames.filter((name) => !['PORT', 'HOST', 'METRICS_PORT'].includes(name))
    expect(known.sort()).toEqual([...own].sort())
  })
})
