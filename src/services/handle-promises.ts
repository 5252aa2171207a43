import { OperatorError } from '../errors.js'
import type { Audit } from './audit.js'
import { faultOfHandle } from './handle-choices.js'
import type { HandleRows, PromiseRows } from './handle-rows.js'
import type { KnownUser } from './ports.js'

interface Options {
  promises: PromiseRows
  handles: Pick<HandleRows, 'give'>
  audit: Pick<Audit, 'handleGiven'>
}

/** What an operator may do about handles: give one before the server does. */
export class HandlePromises {
  readonly #promises: PromiseRows
  readonly #handles: Options['handles']
  readonly #audit: Options['audit']

  constructor({ promises, handles, audit }: Options) {
    this.#promises = promises
    this.#handles = handles
    this.#audit = audit
  }

  /**
   * Gives this handle to whoever has this unionid or directory userid. Who has not come yet gets it at their first
   * login; until then it can be changed. Returns the user where they are here.
   * @throws {OperatorError} where it is malformed, reserved or somebody else's, or where they have another, for life
   */
  async set(id: string, handle: string): Promise<KnownUser | undefined> {
    const fault = faultOfHandle(handle)
    if (fault) throw new OperatorError(`${handle} cannot be a handle: ${fault}.`)
    const [user, ...others] = await this.#promises.findByDirectoryId(id)
    if (others.length > 0) throw new OperatorError(`${id} fits several people: use the unionid that 'show' prints.`)
    const holder = await this.#promises.findByHandle(handle)
    if (holder && holder.id !== user?.id) throw new OperatorError(`${handle} is ${holder.username}'s handle.`)
    if (await this.#promises.isFormer(handle)) throw new OperatorError(`${handle} was somebody's who was deleted.`)
    if (user) return { ...user, handle: await this.#giveTo(user, handle) }
    const isPromised = await this.#promises.promise(id, handle)
    if (!isPromised) throw new OperatorError(`${handle} is promised to somebody else.`)
    this.#audit.handleGiven({ promisedTo: id }, handle)
    return undefined
  }

  /** Somebody who was here before handles were may still have none. */
  async #giveTo(user: KnownUser, handle: string): Promise<string> {
    const kept = user.handle ?? (await this.#handles.give(user.id, handle))
    if (kept === handle) {
      if (user.handle === null) this.#audit.handleGiven({ userId: user.id }, handle)
      return kept
    }
    throw new OperatorError(
      kept === undefined
        ? `${handle} is somebody else's handle.`
        : `${user.username} has the handle ${kept}, and keeps it for life: nothing was changed.`,
    )
  }
}
