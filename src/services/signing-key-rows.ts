/** A key that ID tokens are signed with, as it is kept. */
export interface SigningKeyRow {
  /** Its thumbprint, which stands in the tokens: https://www.rfc-editor.org/rfc/rfc7638 */
  kid: string
  /** The key that it replaces, or `none`: no two replace the same. */
  follows: string
  /** A JSON Web Key. */
  publicKey: string
  /** The private key, encrypted under each of several secrets: JSON, by the secrets' labels. */
  wrapped: string
  createdAt: Date
  /** Signs from then on. */
  signsFrom: Date
  /** Not to be trusted any more since then, such as after a leak. */
  withdrawnAt: Date | null
}

/** The signing keys' rows. */
export interface SigningKeyRows {
  /** The oldest first. */
  list(): Promise<SigningKeyRow[]>
  /** Does nothing where the key that it replaces has another successor: of several processes one makes the next key. */
  insert(key: SigningKeyRow): Promise<void>
  /** Writes where it is still what was read. */
  rewrap(kid: string, before: string, after: string): Promise<void>
  /** Withdraws all but this one. */
  withdrawOthers(kid: string, at: Date): Promise<void>
  remove(kid: string): Promise<void>
}
