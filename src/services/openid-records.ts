/** What the OpenID provider keeps of one thing: a request under way, a code, a token, a grant. */
export interface OpenidRecord {
  /** The hash of its kind and id. */
  idHash: string
  /** The provider's name for what it is, e.g. `RefreshToken`. */
  kind: string
  /** All that there is to know of it but its id. */
  payload: Record<string, unknown>
  /** What ends together: all that one login of one application was given. */
  grantId: string | null
  /** The session that it lives of. It ends with it, however that ends. */
  sessionId: string | null
  /** Whose it is. It ends with it. */
  applicationId: string | null
  expiresAt: Date
}

/** A record, when it was spent, and what is kept of the grant that it was given by, if that is there. */
export type FoundRecord = Omit<OpenidRecord, 'idHash'> & {
  consumedAt: Date | null
  grant: Record<string, unknown> | undefined
}

/** The provider's records. */
export interface OpenidRecords {
  /**
   * Writes it, in the place of one that was there.
   * Returns false, and writes nothing, where its session, application or grant is gone.
   */
  save(record: OpenidRecord): Promise<boolean>
  /** Also one that has expired, while it is not removed. */
  find(idHash: string): Promise<FoundRecord | undefined>
  /** Spends it. Of several callers one gets true. */
  consume(idHash: string, at: Date): Promise<boolean>
  remove(idHash: string): Promise<void>
  removeGrant(grantId: string): Promise<void>
  /** Removes a few at most; returns how many. */
  removeExpired(by: Date): Promise<number>
}
