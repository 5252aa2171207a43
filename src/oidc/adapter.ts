import { hash } from 'node:crypto'
import { type AdapterPayload, errors } from 'oidc-provider'
import type { OpenidRecord, OpenidRecords } from '../services/openid-records.js'
import { BaseAdapter } from './base-adapter.js'
import { currentRequest } from './openid-request.js'

const CODE = 'AuthorizationCode'

interface Options {
  records: OpenidRecords
  now: () => number
}

/**
 * Keeps what the provider makes, but for its sessions and clients.
 * https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#adapter
 * A database that is read gives nobody a code or token: ids are hashed, and stand nowhere else.
 */
export class RecordAdapter extends BaseAdapter {
  readonly #kind: string
  readonly #options: Options

  constructor(kind: string, options: Options) {
    super()
    this.#kind = kind
    this.#options = options
  }

  override async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const record = this.#recordOf(id, payload, expiresIn)
    if (this.#kind === 'Grant') {
      // Of no use to anybody before its code, with which it is written.
      currentRequest().newGrant = record
      return
    }
    const isSaved = await this.#options.records.save(this.#kind === CODE ? withCode(newGrant(), record) : record)
    // The session ended, or the application was removed, since the request began.
    if (!isSaved) throw this.#isMadeAtLogin ? new errors.LoginRequired() : new errors.InvalidGrant('it has just ended')
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const known = this.#kind === 'Grant' ? currentRequest().grant : undefined
    if (known?.id === id) return { ...known.payload, jti: id }
    const found = await this.#options.records.find(this.#hash(id))
    const payload = this.#kind === CODE ? found?.payload.code : found?.payload
    if (!found || !payload) return undefined
    if (found.grantId && found.grant) currentRequest().grant = { id: found.grantId, payload: withoutCode(found.grant) }
    return { ...payload, jti: id, ...(found.consumedAt && { consumed: seconds(found.consumedAt.getTime()) }) }
  }

  /**
   * @throws the provider's `invalid_grant` where another request, on this process or another, was quicker: as with any
   * reuse, all that was given with it ends
   */
  override async consume(id: string): Promise<void> {
    const { records, now } = this.#options
    const idHash = this.#hash(id)
    if (await records.consume(idHash, new Date(now()))) return
    const grantId = (await records.find(idHash))?.grantId
    if (grantId) await this.#removeGrant(grantId)
    throw new errors.InvalidGrant('it was spent at the same moment')
  }

  override destroy(id: string): Promise<void> {
    if (this.#kind === 'Grant') return this.#removeGrant(id)
    return this.#options.records.remove(this.#hash(id))
  }

  override revokeByGrantId(grantId: string): Promise<void> {
    return this.#removeGrant(grantId)
  }

  #removeGrant(id: string): Promise<void> {
    currentRequest().grant = undefined
    return this.#options.records.removeGrant(id)
  }

  #recordOf(id: string, payload: AdapterPayload, expiresIn: number): OpenidRecord {
    // The id is a secret. The provider's session is a shadow of ours: nothing is to be compared with it later.
    const { jti: _, session: __, ...kept } = withoutSignatures(payload)
    return {
      idHash: this.#hash(id),
      kind: this.#kind,
      payload: kept,
      grantId: (this.#kind === 'Grant' ? id : payload.grantId) ?? null,
      sessionId: this.#sessionOf(payload) ?? null,
      applicationId: payload.clientId ?? payload.params?.client_id?.toString() ?? null,
      expiresAt: new Date(this.#options.now() + expiresIn * 1000),
    }
  }

  get #isMadeAtLogin(): boolean {
    return this.#kind === CODE || this.#kind === 'Interaction'
  }

  /** A request under way lives of no session: its person may be about to begin another one. */
  #sessionOf({ sessionUid }: AdapterPayload): string | undefined {
    if (this.#kind === 'Interaction') return undefined
    return sessionUid ?? currentRequest().live?.info.id
  }

  #hash(id: string): string {
    return recordHash(this.#kind, id)
  }
}

/** The grant that this login has made. */
function newGrant(): OpenidRecord {
  const { newGrant: made } = currentRequest()
  if (!made) throw new Error('a code without a grant')
  return made
}

/** A code and its grant are one row, found by the code: it stays while the grant is good, and the code expires before. */
function withCode(grant: OpenidRecord, code: OpenidRecord): OpenidRecord {
  return { ...grant, idHash: code.idHash, payload: { ...grant.payload, code: code.payload } }
}

function withoutCode({ code: _, ...grant }: Record<string, unknown>): Record<string, unknown> {
  return grant
}

/** An ID token that came as a hint has been verified: what is kept of it is nobody's proof any more. */
function withoutSignatures(payload: AdapterPayload): AdapterPayload {
  const hint = payload.params?.id_token_hint
  if (typeof hint !== 'string') return payload
  return { ...payload, params: { ...payload.params, id_token_hint: hint.replace(/[^.]*$/, '') } }
}

/** SHA-256 without salt is enough: what is secret has 256 random bits. */
export function recordHash(kind: string, id: string): string {
  return hash('sha256', `${kind} ${id}`, 'base64url')
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
