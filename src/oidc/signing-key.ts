import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import { ExternalSigningKey } from 'oidc-provider'
import { ALGORITHM } from './signing-keys.js'

const signAside = promisify(sign)

/** A key that Node signs with, in a thread beside this one; by itself the provider would take the longer way through Web Crypto. */
export class NodeSigningKey extends ExternalSigningKey {
  readonly #private: KeyObject
  readonly #public: KeyObject
  readonly #kid: string | undefined

  constructor(jwk: JWK) {
    super()
    this.#kid = jwk.kid
    this.#private = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
    this.#public = createPublicKey(this.#private)
  }

  override get kid(): string | undefined {
    return this.#kid
  }

  override get alg(): string {
    return ALGORITHM
  }

  override keyObject(): KeyObject {
    return this.#public
  }

  override sign(data: Uint8Array): Promise<Uint8Array> {
    return signAside('RSA-SHA256', data, this.#private)
  }
}
