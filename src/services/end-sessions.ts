import type { Audit, Client, EndReason } from './audit.js'
import type { SessionRows } from './ports.js'

interface Dependencies {
  rows: Pick<SessionRows, 'remove' | 'removeAll'>
  audit: Audit
}

/** Who ends a session, and why. `client` is undefined for the operator's command. */
export interface Ending {
  client: Client | undefined
  reason: EndReason
}

/** Ends all sessions of this user, in every browser, also for who knows no settings; returns how many there were. */
export async function endAllSessions({ rows, audit }: Dependencies, userId: string, ending: Ending): Promise<number> {
  return noteEnded(audit, userId, await rows.removeAll(userId), ending)
}

/** Ends one session of this user, also for who knows no settings; returns whether there was one. */
export async function endOneSession(
  { rows, audit }: Dependencies,
  { userId, sessionId }: { userId: string; sessionId: string },
  ending: Ending,
): Promise<boolean> {
  return noteEnded(audit, userId, await rows.remove(userId, sessionId), ending) > 0
}

/** Tells the trail of sessions that are gone; returns how many. */
export function noteEnded(audit: Audit, userId: string, sessionIds: string[], { client, reason }: Ending): number {
  for (const sessionId of sessionIds) audit.sessionEnded(client, { userId, sessionId, reason })
  return sessionIds.length
}
