import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  applicationCodeOf,
  checkLanding,
  checkMe,
  checkUserinfo,
  checkVerify,
  keepCookies,
  stateOf,
  tokensOf,
  WrongAnswer,
} from './bench/answers.js'
import { growthTargets } from './bench/growth-report.js'
import { judge, type Report } from './bench/report.js'
import { runRound } from './bench/rounds.js'
import { scenarios } from './bench/scenarios.js'
import type { SoakReport } from './bench/soak/soak-report.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

const ok = (body: unknown): Answer => ({ status: 200, headers: {}, body: JSON.stringify(body) })
const to = (location: string): Answer => ({ status: 302, headers: { location }, body: '' })

describe('a wrong answer', () => {
  const authorizeUrl = 'http://dingtalk.test/connect/qrconnect'
  const callbackUrl = 'http://login.test/callback'
  const begun = (state: string, callback = callbackUrl) =>
    to(`${authorizeUrl}?${new URLSearchParams({ state, redirect_uri: callback })}`)

  it('is a way to DingTalk with a state that is short or known, or with another callback', () => {
    const expected = { authorizeUrl, callbackUrl, states: new Set<string>() }
    const state = 'a'.repeat(43)
    expect(stateOf(begun(state), expected)).toBe(state)
    expect(() => stateOf(begun(state), expected)).toThrow('a state that is not fresh')
    expect(() => stateOf(begun('short'), expected)).toThrow(WrongAnswer)
    expect(() => stateOf(begun('b'.repeat(43), 'http://evil.test/callback'), expected)).toThrow(WrongAnswer)
    expect(() => stateOf(to(`http://evil.test/?state=${state}`), expected)).toThrow(WrongAnswer)
  })

  it('is a landing with another name, or without a session', () => {
    const cookies = new Map([['sid', 's'.repeat(43)]])
    const expected = { frontendUrl: 'http://front.test/', person: 7, cookies, sessionCookie: 'sid' }
    checkLanding(to('http://front.test/?username=person-7'), expected)
    expect(() => checkLanding(to('http://front.test/?username=person-8'), expected)).toThrow(WrongAnswer)
    keepCookies({ status: 302, headers: { 'set-cookie': ['sid=; Path=/'] }, body: '' }, cookies)
    expect(() => checkLanding(to('http://front.test/?username=person-7'), expected)).toThrow('no session cookie')
  })

  it('is somebody else, or nobody', () => {
    expect(checkMe(ok({ id: 'id-7', username: 'person-7', unionId: 'union-7' }), 7)).toBe('id-7')
    expect(() => checkMe(ok({ id: 'id-8', username: 'person-8', unionId: 'union-8' }), 7)).toThrow(WrongAnswer)
    expect(() => checkMe({ ...ok({}), status: 401 }, 7)).toThrow(WrongAnswer)
    const verified = { status: 204, headers: { 'x-auth-request-user': 'id-7' }, body: '' }
    checkVerify(verified, 'id-7')
    const grouped = { ...verified, headers: { ...verified.headers, 'x-auth-request-groups': 'readers,staff' } }
    checkVerify(grouped, 'id-7', ['readers', 'staff'])
    expect(() => checkVerify(grouped, 'id-7', ['readers'])).toThrow(WrongAnswer)
    expect(() => checkVerify(verified, 'id-8')).toThrow(WrongAnswer)
    expect(() => checkVerify({ ...verified, status: 200 }, 'id-7')).toThrow(WrongAnswer)
  })

  it('is an application without a code, or with tokens or userinfo of somebody else', () => {
    const code = 'c'.repeat(43)
    expect(applicationCodeOf(to(`https://app.test/callback?code=${code}`))).toBe(code)
    expect(() => applicationCodeOf(to(`https://evil.test/callback?code=${code}`))).toThrow(WrongAnswer)
    expect(() => applicationCodeOf(to('https://app.test/callback?error=access_denied'))).toThrow(WrongAnswer)

    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const tokens = (alg: string, aud: string) => {
      const idToken = `${part({ alg })}.${part({ sub: 'id-7', aud, nickname: 'person-7' })}.signature`
      return ok({ access_token: 'token', id_token: idToken })
    }
    expect(tokensOf(tokens('RS256', 'bench'))).toEqual({ accessToken: 'token', sub: 'id-7' })
    expect(() => tokensOf(tokens('none', 'bench'))).toThrow(WrongAnswer)
    expect(() => tokensOf(tokens('RS256', 'other'))).toThrow(WrongAnswer)
    expect(() => tokensOf(ok({ access_token: 'token' }))).toThrow('no tokens')

    checkUserinfo(ok({ sub: 'id-7', nickname: 'person-7' }), 7, 'id-7')
    expect(() => checkUserinfo(ok({ sub: 'id-7', nickname: 'person-8' }), 7, 'id-7')).toThrow(WrongAnswer)
    expect(() => checkUserinfo(ok({ sub: 'id-8', nickname: 'person-7' }), 7, 'id-7')).toThrow(WrongAnswer)
  })

  it('ends the measurement', async () => {
    let answers = 0
    const server = createServer((_req, res) => void res.end(JSON.stringify({ right: ++answers < 20 }))).listen(0)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const operation = {
      run: async () => {
        const { right } = JSON.parse(await (await fetch(`http://127.0.0.1:${port}`)).text())
        if (!right) throw new WrongAnswer('wrong')
      },
    }
    const round = runRound({ cpuMs: () => 0 }, operation, { browsers: 2, durationMs: Number.POSITIVE_INFINITY })
    await expect(round).rejects.toThrow(WrongAnswer)
    server.closeAllConnections()
    server.close()
  })
})

const onLinux = process.platform === 'linux'
if (!onLinux) console.log('skipped: the measurements; they read CPU time and memory from /proc, which Linux has')

/** What a scenario brings, as `measured` has it. */
function resultsOf(name: string): string[] {
  const { sites = [], beside } = scenarios[name] ?? {}
  const measured = beside ? [name, beside.name] : [name]
  return sites.flatMap((site) => measured.map((scenario) => `${scenario} ${site}`))
}

describe.runIf(onLinux)('the measurements', () => {
  beforeAll(
    () => run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.bench.json'], { cwd: ROOT }),
    60_000,
  )

  it('soak all servers for seconds, with every fault and no wrong answer', { timeout: 300_000 }, async () => {
    const output = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-soak-'))
    const soak = ['dist-bench/test/bench/main.js', '--soak', '--minutes', '0.2', '--rate', '16', '--output', output]
    const { stdout } = await run(process.execPath, soak, { cwd: ROOT })
    const { soaks }: SoakReport = JSON.parse(readFileSync(path.join(output, 'soak.json'), 'utf8'))
    const onPostgresql = soaks.length > 2
    if (!onPostgresql) console.log('skipped: the soak on PostgreSQL; its server has to be installed')
    const names = ['SQLite', ...(onPostgresql ? ['PostgreSQL'] : [])]
    expect(soaks.map(({ name }) => name)).toEqual(names.flatMap((name) => [`${name}, qrconnect`, `${name}, oauth2`]))
    for (const { name, samples, faults, wrong } of soaks) {
      expect(wrong).toEqual([])
      const kinds = faults.map(({ kind }) => kind)
      expect(kinds).toEqual([...(name.startsWith('SQLite') ? [] : ['lost']), 'throttled', 'dead', 'away'])
      const operations = new Set(samples.flatMap((sample) => Object.keys(sample.operations)))
      expect(operations).toContain('application login')
    }
    for (const name of names) {
      const samples = soaks.filter((soak) => soak.name.startsWith(name)).flatMap((soak) => soak.samples)
      const codes = new Set(samples.flatMap(({ refusals }) => Object.keys(refusals)))
      expect([...codes]).toEqual(expect.arrayContaining(['dingtalk_unavailable', 'service_unavailable']))
    }
    expect(stdout).toContain('SQLite, oauth2: wrong answers: 0.00')
    expect(readFileSync(path.join(output, 'soak.svg'), 'utf8')).toContain('database away')
    rmSync(output, { recursive: true })
  })

  it('reach every server, and come with the targets', { timeout: 120_000 }, async () => {
    const names = ['login', 'login-oauth2', 'verify', 'verify-app', 'application']
    const chosen = [...names, 'start'].flatMap((name) => ['--scenario', name])
    const quickest = ['--json', '--rounds', '1', '--duration', '0', '--browsers', '2', ...chosen]
    const { stdout } = await run(process.execPath, ['dist-bench/test/bench/main.js', ...quickest], { cwd: ROOT })
    const report: Report = JSON.parse(stdout)

    const measured = report.results.map(({ scenario, site }) => `${scenario} ${site}`)
    expect(measured).toEqual(names.flatMap(resultsOf))
    for (const { operations, opsPerSecond, p50Ms, p99Ms, cpuMs } of report.results) {
      expect(operations).toBe(2)
      expect(opsPerSecond).toBeGreaterThan(0)
      expect(p99Ms).toBeGreaterThanOrEqual(p50Ms)
      expect(cpuMs).toBeGreaterThanOrEqual(0)
    }
    expect(report.startMs).toBeGreaterThan(0)
    expect(report.peakMb.server).toBeGreaterThan(20)
    expect(report.targets.map(({ name }) => name)).toContain('start: ms')
  })

  it('on PostgreSQL are held against the reference there', () => {
    const round = { operations: 1, opsPerSecond: 1, p50Ms: 1, p99Ms: 1 }
    const results = (own: number) => [
      { ...round, scenario: 'me', site: 'server' as const, cpuMs: 0.1 },
      { ...round, scenario: 'me', site: 'server-postgresql' as const, cpuMs: own },
      { ...round, scenario: 'me', site: 'passport-postgresql' as const, cpuMs: 1 },
    ]
    const rest = { node: '', rounds: 1, durationMs: 1, browsers: 1, startMs: undefined, peakMb: {}, memory: [] }
    const rush = { processes: 1, people: 'new' as const, logins: 9, withinMs: 1, p50Ms: 1, p99Ms: 1, longestMs: 1 }
    const rushes = [
      { ...rush, errors: 0, backends: 1 },
      { ...rush, errors: 1, backends: 1 },
    ]
    const all = { ...rest, growth: undefined, pages: [], spreads: [], rushes }
    expect(judge({ ...all, results: results(0.3) })).toMatchObject([
      { name: 'me: CPU, passport-postgresql = 1', value: 0.3, passed: true },
      { name: 'rush: errors', value: 1, passed: false },
    ])
    expect(judge({ ...all, rushes: [], results: results(3) })).toMatchObject([{ value: 3, passed: false }])
  })

  it('hold what a large database costs to what a small one does, each database to itself', () => {
    const one = (database: 'SQLite' | 'PostgreSQL', people: number, cpuMs: number) => {
      return { database, operation: '/me', people, opsPerSecond: 1, p50Ms: 1, cpuMs }
    }
    const operations = [one('SQLite', 1000, 1), one('PostgreSQL', 1000, 2), one('SQLite', 5000, 1.3)]
    operations.push(one('PostgreSQL', 5000, 2))
    const latencies = { requests: 1, p50Ms: 1, p99Ms: 1, p999Ms: 1, longestAloneMs: 1, idleLongestMs: 1 }
    const sweep = {
      removed: 1,
      before: { ...latencies, longestMs: 1 },
      during: { ...latencies, longestMs: 21 },
      beside: { ...latencies, longestMs: 2 },
    }
    const targets = [...growthTargets({ operations, listings: [], sweep })]
    expect(targets.map(({ name, value, limit }) => [name, value <= limit])).toEqual([
      ['growth: CPU on SQLite: /me, small database = 1', false],
      ['growth: p50 on SQLite: /me, small database = 1', true],
      ['growth: CPU on PostgreSQL: /me, small database = 1', true],
      ['growth: p50 on PostgreSQL: /me, small database = 1', true],
      ['sweep: longest request, ms', false],
      ['sweep: longest request, ms more than beside it', true],
    ])
  })

  it('tell a target that was missed from one that was met', () => {
    const round = { operations: 1, opsPerSecond: 1, p50Ms: 1, p99Ms: 1 }
    const results = (own: number) => [
      { ...round, scenario: 'me', site: 'server' as const, cpuMs: own },
      { ...round, scenario: 'me', site: 'passport' as const, cpuMs: 1 },
    ]
    const nothing = { peakMb: {}, growth: undefined, pages: [], spreads: [], rushes: [] }
    const rest = { node: '', rounds: 1, durationMs: 1, browsers: 1, startMs: undefined, ...nothing }
    const batches = [100, 100, 150, 150].map((nowMb) => ({ operation: 'verify' as const, operations: 1, nowMb }))
    expect(judge({ ...rest, results: results(0.4), memory: [] })).toMatchObject([{ value: 0.4, passed: true }])
    expect(judge({ ...rest, results: results(2), memory: [] })).toMatchObject([{ value: 2, passed: false }])
    expect(judge({ ...rest, results: [], memory: batches })).toMatchObject([{ value: 1.5, passed: false }])
  })
})
