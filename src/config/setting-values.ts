import { isIP } from 'node:net'
import { compile } from 'proxy-addr'
import { z } from 'zod'
import { isLoopback } from '../services/loopback.js'
import { DAY, HOUR, MINUTE, SECOND } from '../time.js'
import { oddity, refuseOddity } from './oddities.js'

const unitsMs = { s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/** A string setting that `parse` turns into a value; what `parse` throws is the fault's text. */
export function setting<T>(parse: (text: string) => T) {
  return z.string('is missing').transform((text, ctx) => {
    try {
      return parse(text)
    } catch (fault) {
      const problem = fault instanceof Error ? fault.message : String(fault)
      const odd = oddity(text)
      ctx.addIssue({ code: 'custom', message: odd && odd !== problem ? `${problem}; it ${odd}` : problem })
      return z.NEVER
    }
  })
}

/** A text as it stands. */
export function plainText(text: string): string {
  refuseOddity(text)
  return text
}

/** One of these words. */
export function oneOf<const T extends string>(...words: readonly [...T[], T]) {
  return setting((text) => {
    const word = words.find((known) => known === text)
    if (word === undefined) throw new Error(`must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`)
    return word
  })
}

/** A duration such as `90s`, `15m`, `8h`, `7d`, in milliseconds. */
export function duration({ min = SECOND, max = 365 * DAY, zero = false } = {}) {
  return setting((text) => {
    if (zero && text === '0') return 0
    const match = /^(\d{1,9})([smhd])$/.exec(text)
    const unit = match?.[2] as keyof typeof unitsMs | undefined
    if (!unit) throw new Error('is not a duration; write it like 90s, 15m, 8h or 7d')
    const ms = Number(match?.[1]) * unitsMs[unit]
    if (ms < min || ms > max) throw new Error(`must be between ${min / SECOND}s and ${max / SECOND}s`)
    return ms
  })
}

/** A whole number within these bounds. */
export function wholeNumber(min: number, max: number) {
  return setting((text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= min && number <= max)) throw new Error(`must be a whole number from ${min} to ${max}`)
    return number
  })
}

function webUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:\/\/[^/\\]/i.test(text)) throw new Error('must be an http:// or https:// address')
  if (/^[^/]*\/\/[^/?#]*@/.test(text)) throw new Error('must not hold a user name or password')
  return url
}

/** An origin: scheme, host, port, and nothing behind them. */
export function origin(text: string): string {
  const url = webUrl(text)
  if (text.includes('*')) throw new Error('must be exact: wildcards are not supported')
  if (!/^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) throw new Error('must name one host')
  if (url.pathname !== '/' || url.search || url.hash || /[?#]/.test(text)) {
    throw new Error('must be an origin such as https://login.example.com, without a path')
  }
  return url.origin
}

/** The address of a page, kept as it is written: people are sent there byte for byte. */
export function frontendUrl(text: string): string {
  webUrl(text)
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('must be written in ASCII: percent-encode other characters')
  return text
}

export function listOf<T>(parse: (text: string) => T) {
  return setting((text) => {
    refuseOddity(text)
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(parse)
  })
}

/** What Express's `trust proxy` takes, but for `true`. */
export function trustProxy(text: string): number | string[] {
  if (/^\d+$/.test(text)) {
    if (Number(text) > 10) throw new Error('is a number of proxies, 10 at most')
    return Number(text)
  }
  if (text.toLowerCase() === 'true') {
    throw new Error(
      'must not be "true": every client could claim any address; give the number of proxies, or their addresses',
    )
  }
  const subnets = text.split(',').map((part) => part.trim())
  try {
    // As in a list of Express's own, a number here would be no count but an address of one number.
    if (subnets.some((subnet) => /^\d+$/.test(subnet))) throw new Error('a number in a list')
    compile(subnets)
  } catch {
    throw new Error('must be the number of proxies, or a list of addresses and subnets such as 10.0.0.0/8')
  }
  return subnets
}

/** DingTalk's id of a person: a unionid, or the directory's userid. Never a name: it is chosen by its bearer. */
export function personId(text: string): string {
  if (!/^[\w@.-]{1,64}$/.test(text)) throw new Error('must be unionids or userids, separated by commas')
  return text
}

/** What the organisation calls itself. */
export function brandName(text: string): string {
  if (text.length > 64 || /\p{Cc}/u.test(text)) throw new Error('must be a name of at most 64 characters')
  return text
}

/** The address of a picture. */
export function logoUrl(text: string): string {
  return webUrl(text).href
}

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/** An SQLite file, or the address of a PostgreSQL database. */
export function databaseUrl(text: string): string {
  if (text.startsWith('file:') && text.length > 'file:'.length) {
    if (text.includes('?')) throw new Error('must not have parameters after the name of an SQLite file')
    return text
  }
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw new Error('must be an SQLite file, such as file:./data/login.db, or postgresql://user:password@host/database')
  }
  const address = URL.canParse(text) ? text : withHost(text)
  if (!URL.canParse(address)) throw new Error('is not an address: percent-encode odd characters of the password')
  const { pathname, searchParams } = new URL(address)
  if (pathname.length < 2) throw new Error('must name a database, as in postgresql://user:password@host/database')
  if (!/^[\w-]*$/.test(searchParams.get('schema') ?? '')) throw new Error('names a schema with odd characters')
  const sslmode = searchParams.get('sslmode')
  if (sslmode && !sslModes.includes(sslmode)) throw new Error(`must have an sslmode among ${sslModes.join(', ')}`)
  return address
}

/** PostgreSQL's addresses may leave the host out, as in `postgresql://user@/database?host=/var/run/postgresql`. */
function withHost(text: string): string {
  return text.replace(/^(\w+:\/\/[^/?#]*@)(?=[/:])/, '$1localhost')
}

/** A domain of two labels or more, without a dot before it. */
export function cookieDomain(text: string): string {
  const domain = text.toLowerCase().replace(/^\./, '')
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain) || isIP(domain)) {
    throw new Error('must be a domain of two labels or more, such as example.com')
  }
  return domain
}

/** An origin that must be https in production, unless it is this machine itself. */
export function secureOrigin(production: boolean) {
  return (text: string): string => {
    const url = origin(text)
    if (production && url.startsWith('http:') && !isLoopback(url)) throw new Error('must be https:// in production')
    return url
  }
}

/** The origin of one of DingTalk's hosts. On this machine there is none but the emulator. */
export function dingtalkOrigin(production: boolean) {
  return (text: string): string => {
    const url = secureOrigin(production)(text)
    if (production && isLoopback(url)) throw new Error('is this machine: that is the emulator, refused in production')
    return url
  }
}
