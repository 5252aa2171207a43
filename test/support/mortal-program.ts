import { Browser } from './browser.js'
import { runCompiled } from './command.js'
import { PUBLIC_URL, SAME_SITE, type World } from './world.js'

const TABLES = 'Session|OpenidRecord|ApplicationSession|SigningKey|Application|AccessRevision'

/** Runs in the program, before it: counts what it writes for applications and what it answers, and kills it at one of these. */
const SCRIPT = `
  import { createRequire } from 'node:module'
  import { Server, ServerResponse } from 'node:http'
  const require = createRequire('${new URL('../../package.json', import.meta.url)}')
  const Sqlite = require('better-sqlite3')
  const pg = require('pg')
  let left = FROM_START ? MOMENT : Infinity
  let hasWritten = false
  const pass = () => {
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }
  const written = (sql) => {
    const isWrite = /^\\s*(INSERT|UPDATE|DELETE)/i.test(sql) && /\\b(${TABLES})\\b/.test(sql)
    if (isWrite || (hasWritten && /^\\s*COMMIT/i.test(sql))) pass()
    hasWritten ||= isWrite
  }
  const before = (prototype, name, act) => {
    const original = prototype[name]
    prototype[name] = function (...values) {
      act(this, values)
      return original.apply(this, values)
    }
  }
  const probe = new Sqlite(':memory:')
  const statement = Object.getPrototypeOf(probe.prepare('SELECT 1'))
  probe.close()
  for (const name of ['all', 'get', 'run', 'iterate']) before(statement, name, ({ source }) => written(source))
  before(pg.Client.prototype, 'query', (_, [query]) => written(typeof query === 'string' ? query : query.text))
  before(ServerResponse.prototype, 'end', pass)
  before(Server.prototype, 'emit', (_, [event, { url } = {}]) => {
    if (event === 'request' && String(url).startsWith('/oidc/') && left === Infinity) left = MOMENT
  })
`

/** The environment in which a compiled program is killed before the nth of these moments, from its start or first request on. */
export function mortal(moment: number, from: 'start' | 'request'): Record<string, string> {
  const script = SCRIPT.replaceAll('MOMENT', String(moment)).replaceAll('FROM_START', String(from === 'start'))
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
}

interface Step<T> {
  /** Before each death, at a server that lives. */
  prepare(): Promise<T>
  /** What the server dies of. */
  ask(server: Pick<World, 'browser'>, prepared: T): Promise<unknown>
  /** What must hold then. */
  after(prepared: T): Promise<void>
}

/** Has a server killed before each thing that it writes for this step, and before its answer; returns how often it was. */
export async function killAtEachMoment<T>(world: World, { prepare, ask, after }: Step<T>): Promise<number> {
  for (let moment = 1; ; moment++) {
    const prepared = await prepare()
    const env = { ...world.settings, ...SAME_SITE, ...mortal(moment, 'request') }
    await using server = runCompiled('start', { env })
    const [, port] = await server.printed(/"port":(\d+).*"listening"/)
    const browser = () => new Browser(`http://127.0.0.1:${port}`, PUBLIC_URL)
    const answer = await ask({ browser }, prepared).catch(() => undefined)
    if (answer !== undefined) return moment - 1
    if ((await server.ended()) !== 'SIGKILL') throw new Error(`It was not killed:\n${server.output}`)
    await after(prepared)
  }
}
