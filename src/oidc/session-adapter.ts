import type { AdapterPayload } from 'oidc-provider'
import { openidPaths } from '../services/openid-paths.js'
import type { OpenidRecords } from '../services/openid-records.js'
import type { LiveSession } from '../services/ports.js'
import { recordHash } from './adapter.js'
import { BaseAdapter } from './base-adapter.js'
import { currentRequest } from './openid-request.js'

const KIND = 'Session'

interface Options {
  records: OpenidRecords
  now: () => number
}

/**
 * What the provider takes for its sessions: the shadow of ours for this one request, whatever cookie came with it.
 * So it signs nobody in, and lives no longer. The one thing that is kept is the question of a logout that an
 * application asked for, which somebody who is not signed in here has as well.
 */
export class SessionAdapter extends BaseAdapter {
  readonly #options: Options

  constructor(options: Options) {
    super()
    this.#options = options
  }

  /** @NOTE whatever id is asked for: the edge has seen to it that it is our session's, or that of a logout's question. */
  override async find(id: string): Promise<AdapterPayload | undefined> {
    const { live } = currentRequest()
    const question = isLogout() ? await this.#options.records.find(hashOf(id)) : undefined
    const kept = question && { state: Object(question.payload.state) }
    return live ? { ...shadowOf(live), ...kept } : kept && { jti: id, kind: KIND, ...kept }
  }

  override async upsert(id: string, { state }: AdapterPayload, expiresIn: number): Promise<void> {
    const { live } = currentRequest()
    if (!state || !isLogout()) return
    await this.#options.records.save({
      idHash: hashOf(live?.info.id ?? id),
      kind: KIND,
      payload: { state },
      grantId: null,
      sessionId: live?.info.id ?? null,
      applicationId: null,
      expiresAt: new Date(this.#options.now() + expiresIn * 1000),
    })
  }

  /** Also asked for where the provider merely wants another id: what ends our session is in `surround`. */
  override async destroy(id: string): Promise<void> {
    if (!currentRequest().live) await this.#options.records.remove(hashOf(id))
  }
}

function shadowOf({ info, user, expiresAt }: LiveSession): AdapterPayload {
  return {
    kind: KIND,
    jti: info.id,
    uid: info.id,
    accountId: user.id,
    loginTs: Math.floor(info.createdAt.getTime() / 1000),
    exp: Math.floor(expiresAt.getTime() / 1000),
  }
}

function isLogout(): boolean {
  return currentRequest().req.path.startsWith(openidPaths.endSession)
}

/** @NOTE whoever is not signed in chooses the id: it must not be that of a session's question. */
function hashOf(id: string): string {
  return recordHash(currentRequest().live ? KIND : `${KIND} of nobody`, id)
}
