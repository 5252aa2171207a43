/** A session of ours that has ended, of which an application is yet to be told. */
export interface EndedApplicationSession {
  /** The application's name for it. */
  sid: string
  applicationId: string
  userId: string
  /** Where it is told, as its application says at this moment, or said before it was removed; null: nowhere. */
  logoutUri: string | null
  /** When it was first told in vain. */
  triedAt: Date | null
  nextTryAt: Date
}

/** What applications know of our sessions, each under a name of its own (`sid`). */
export interface ApplicationSessionRows {
  /** The application's name for this session: the one that it has, or a new one. Undefined where the session is gone. */
  open(opened: {
    sessionId: string
    applicationId: string
    userId: string
    logoutUri: string | null
    now: Date
  }): Promise<string | undefined>
  /** The session of ours behind an application's session; undefined where that is over. */
  sessionOf(sid: string): Promise<string | undefined>
  /** Those to be told of by now, the longest waiting first; a few hundred at most. */
  due(now: Date): Promise<EndedApplicationSession[]>
  /** Puts the next try off, where nobody else has since it was read. Of several processes one gets true. */
  postpone(session: EndedApplicationSession, until: Date, triedAt: Date | null): Promise<boolean>
  remove(sid: string): Promise<void>
}
