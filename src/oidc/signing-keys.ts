import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { z } from 'zod'
import type { LogFields } from '../log.js'
import type { SigningKeyRow, SigningKeyRows } from '../services/signing-key-rows.js'
import { SingleFlight } from '../single-flight.js'
import { DAY, HOUR, SECOND } from '../time.js'
import { missingSecrets, unwrap, type Wrapped, wrap } from './key-wrapping.js'

export const ALGORITHM = 'RS256'
const REREAD_MS = 10 * SECOND
/** How long a key signs. */
const SIGNS_MS = 90 * DAY
/** How long before its first use a key is published: clients keep what they have read. */
const PUBLISHED_BEFORE_MS = DAY
/** How long a process that cannot read the next key goes on with the one before it, as in a restart of one after the other. */
const GRACE_MS = DAY
/** ID tokens live an hour. */
const PUBLISHED_AFTER_MS = GRACE_MS + 2 * HOUR
const NONE = 'none'

export interface KeySet {
  /** Those that this process can read, the one that signs first. */
  private: JWK[]
  /** All that are published. */
  public: JWK[]
  /** Another one for another set. */
  version: string
}

interface Log {
  error(fields: LogFields, message: string): void
}

interface Options {
  rows: SigningKeyRows
  secrets: readonly string[]
  log: Log
  now?: () => number
}

const wrappedKey = z.record(z.string(), z.string())
const jwk = z.looseObject({ kty: z.string(), n: z.string(), e: z.string(), kid: z.string() })

/**
 * The keys that ID tokens are signed with. They are made at first need, kept in the database under each of
 * SESSION_SECRETS, and replaced in time: all processes on one database agree, and a database alone signs nothing.
 */
export class SigningKeys {
  readonly #options: Required<Options>
  readonly #reading = new SingleFlight<'keys', KeySet>()
  #held: { at: number; keys: KeySet } | undefined
  /** Those that this process could read, by kid. */
  readonly #privateKeys = new Map<string, JWK>()
  readonly #reported = new Set<string>()

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
  }

  /** The keys of this moment; makes what is missing. What time or other processes did is seen ten seconds later at most. */
  current(): Promise<KeySet> {
    const { now, rows } = this.#options
    if (this.#held && Math.abs(now() - this.#held.at) < REREAD_MS) return Promise.resolve(this.#held.keys)
    return this.#reading.run('keys', async () => {
      const keys = this.#setOf(await this.#complete(await rows.list()))
      this.#held = { at: now(), keys }
      return keys
    })
  }

  /** Makes the next key, to be used a day later; `now`, as after a leak: at once, and no other is trusted any more. */
  async rotate({ now: atOnce }: { now: boolean }): Promise<void> {
    const now = this.#options.now()
    const rows = await this.#options.rows.list()
    if (!atOnce && rows.some(({ signsFrom }) => signsFrom.getTime() > now)) return
    const isFirst = rows.length === 0
    const kid = await this.#make(rows, atOnce || isFirst ? now : now + PUBLISHED_BEFORE_MS)
    this.#held = undefined
    const isMade = (await this.#options.rows.list()).some((row) => row.kid === kid)
    // Another process has made the next key at the same moment.
    if (!isMade) return this.rotate({ now: atOnce })
    if (atOnce) await this.#options.rows.withdrawOthers(kid, new Date(now))
  }

  #setOf(rows: readonly SigningKeyRow[]): KeySet {
    const now = this.#options.now()
    const published = rows.filter((row) => isPublished(row, rows, now))
    const readable = published.filter((row) => this.#privateKeys.has(row.kid))
    const signing = latest(readable.filter((row) => maySign(row, rows, now)))
    if (!signing) throw new Error('there is no key to sign with')
    const ordered = [signing, ...readable.filter((row) => row !== signing)]
    return {
      private: ordered.flatMap(({ kid }) => this.#privateKeys.get(kid) ?? []),
      // Of a key that can be read, the half that belongs to it, whatever stands beside it.
      public: published.map(({ kid, publicKey }) => publicHalf(this.#privateKeys.get(kid) ?? JSON.parse(publicKey))),
      version: createHash('sha256')
        .update(JSON.stringify([ordered, published].map((keys) => keys.map(({ kid }) => kid))))
        .digest('base64url'),
    }
  }

  /** With the keys that are missing made, those that are over removed, and each wrapped under all of our secrets. */
  async #complete(rows: SigningKeyRow[]): Promise<SigningKeyRow[]> {
    const now = this.#options.now()
    for (const row of rows) await this.#open(row)
    const due = this.#nextDue(rows, now)
    if (due !== undefined) {
      await this.#make(rows, due)
      return this.#complete(await this.#options.rows.list())
    }
    for (const row of rows) if (!isPublished(row, rows, now)) await this.#options.rows.remove(row.kid)
    return rows
  }

  /** When the next key is to sign, in milliseconds since 1970; undefined while none is missing. */
  #nextDue(rows: SigningKeyRow[], now: number): number | undefined {
    if (!rows.some((row) => this.#privateKeys.has(row.kid) && maySign(row, rows, now))) return now
    const newest = Math.max(
      ...rows.filter(({ withdrawnAt }) => !withdrawnAt).map(({ signsFrom }) => signsFrom.getTime()),
    )
    const next = newest + SIGNS_MS
    return next - PUBLISHED_BEFORE_MS <= now ? Math.max(next, now + PUBLISHED_BEFORE_MS) : undefined
  }

  /** Reads the private key, where this process can. */
  async #open(row: SigningKeyRow): Promise<void> {
    const { rows, secrets, log } = this.#options
    const wrapped: Wrapped = wrappedKey.parse(JSON.parse(row.wrapped))
    const text = unwrap(wrapped, secrets, row.kid)
    if (text === undefined) {
      this.#privateKeys.delete(row.kid)
      if (!this.#reported.has(row.kid) && !row.withdrawnAt)
        log.error(
          { kid: row.kid },
          'a signing key cannot be read with these SESSION_SECRETS: another one takes its place',
        )
      this.#reported.add(row.kid)
      return
    }
    this.#privateKeys.set(row.kid, jwk.parse(JSON.parse(text)))
    const missing = missingSecrets(wrapped, secrets)
    if (missing.length === 0) return
    // Wrappings under secrets of other processes stay: they may be needed until those have been restarted.
    const more = JSON.stringify({ ...wrapped, ...wrap(text, missing, row.kid) })
    await rows.rewrap(row.kid, row.wrapped, more)
  }

  async #make(rows: SigningKeyRow[], signsFrom: number): Promise<string> {
    const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { modulusLength: 2048, extractable: true })
    const exported = await exportJWK(publicKey)
    const kid = await calculateJwkThumbprint(exported)
    const named = { kid, alg: ALGORITHM, use: 'sig' }
    const text = JSON.stringify({ ...(await exportJWK(privateKey)), ...named })
    await this.#options.rows.insert({
      kid,
      follows: lastOf(rows)?.kid ?? NONE,
      publicKey: JSON.stringify({ ...exported, ...named }),
      wrapped: JSON.stringify(wrap(text, this.#options.secrets, kid)),
      createdAt: new Date(this.#options.now()),
      signsFrom: new Date(signsFrom),
      withdrawnAt: null,
    })
    return kid
  }
}

function publicHalf(key: unknown): JWK {
  const { kty, n, e, kid } = jwk.parse(key)
  return { kty, n, e, kid, alg: ALGORITHM, use: 'sig' }
}

/** The one that signs from the latest time on. */
function latest(rows: readonly SigningKeyRow[]): SigningKeyRow | undefined {
  return [...rows].sort((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime()).at(-1)
}

/** The one that none follows. */
function lastOf(rows: readonly SigningKeyRow[]): SigningKeyRow | undefined {
  return rows.find(({ kid }) => !rows.some(({ follows }) => follows === kid))
}

/** From its time on, and a while longer than the next one's: a process that cannot read that one goes on with it. */
function maySign(row: SigningKeyRow, rows: readonly SigningKeyRow[], now: number): boolean {
  return row.signsFrom.getTime() <= now && isWithin(row, rows, now, GRACE_MS)
}

/** Until nothing that it has signed is valid any more. */
function isPublished(row: SigningKeyRow, rows: readonly SigningKeyRow[], now: number): boolean {
  return isWithin(row, rows, now, PUBLISHED_AFTER_MS)
}

/** Whether it is trusted, and its successor has not signed for longer than this. */
function isWithin(row: SigningKeyRow, rows: readonly SigningKeyRow[], now: number, ms: number): boolean {
  if (row.withdrawnAt) return false
  const next = rows.find(({ follows, withdrawnAt }) => follows === row.kid && !withdrawnAt)
  return !next || now < next.signsFrom.getTime() + ms
}
