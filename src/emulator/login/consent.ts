import { notInOrganisation } from '../apis/dingtalk-errors.js'
import type { Codes } from '../codes.js'
import type { People } from '../people.js'
import { type ConsentRequest, callbackAddress } from './consent-request.js'

/** A page of its own, or a frame in a page of the server. */
export type Display = 'page' | 'frame'

/** Where the waiting browser goes: to an address, or to its parent with a message. */
type NextStep = { redirectTo: string } | { post: string | Record<string, unknown>; targetOrigin: string }

/** What a person, or DingTalk for them, decided. Without a next step the browser stays where it is. */
export interface Decision {
  status: 'agreed' | 'refused' | 'not-in-organisation'
  /** Its name in the journal. */
  outcome: string
  next?: NextStep
}

interface Dependencies {
  codes: Codes
  people: People
  /** Whether DingTalk itself keeps other organisations out of oauth2. */
  internalApp: boolean
}

/** Turns a person's yes or no into what DingTalk tells the server. */
export class Consent {
  readonly #dependencies: Dependencies

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
  }

  agree(request: ConsentRequest, display: Display, personId: string): Decision {
    const { codes, people, internalApp } = this.#dependencies
    const { flow, withCorpId } = request
    if (flow === 'oauth2' && internalApp && people.get(personId).membership !== 'employee') {
      return {
        status: 'not-in-organisation',
        outcome: notInOrganisation.errorCode,
        ...(display === 'frame' && { next: toParent(request, { success: false, ...notInOrganisation }) }),
      }
    }
    if (flow === 'qrconnect' && display === 'frame') {
      const post = codes.issue({ kind: 'loginTmpCode', personId, withCorpId: false })
      return { status: 'agreed', outcome: 'ok', next: { post, targetOrigin: '*' } }
    }
    const code = codes.issue({ kind: flow, personId, withCorpId })
    const redirectTo = callbackAddress(request, flow === 'oauth2' ? { code, authCode: code } : { code })
    return { status: 'agreed', outcome: 'ok', next: onward(request, display, redirectTo) }
  }

  /** The server hears of it in oauth2 only. */
  refuse(request: ConsentRequest, display: Display): Decision {
    const refused = { status: 'refused', outcome: 'access_denied' } as const
    if (request.flow === 'qrconnect') return refused
    return { ...refused, next: onward(request, display, callbackAddress(request, { error: 'access_denied' })) }
  }
}

function onward(request: ConsentRequest, display: Display, redirectTo: string): NextStep {
  return display === 'page' ? { redirectTo } : toParent(request, { success: true, redirectUrl: redirectTo })
}

// The page around the oauth2 frame must have the origin of redirect_uri: no other page gets the message.
function toParent(request: ConsentRequest, post: Record<string, unknown>): NextStep {
  return { post, targetOrigin: new URL(request.redirectUri).origin }
}
