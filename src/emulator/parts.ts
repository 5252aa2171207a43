import { ApiCalls } from './apis/api-call.js'
import { FaultQueue } from './apis/faults.js'
import { Clock } from './clock.js'
import { Codes } from './codes.js'
import { defaultPeople } from './default-people.js'
import { Journal } from './journal.js'
import { Consent } from './login/consent.js'
import { Tickets } from './login/tickets.js'
import { Departments } from './organisation/departments.js'
import { Leavers } from './organisation/leavers.js'
import { Permissions } from './organisation/permissions.js'
import { Roles } from './organisation/roles.js'
import { People } from './people.js'
import type { Person } from './person.js'
import { publishChanges } from './stream/directory-events.js'
import { Stream } from './stream/stream.js'
import { Tokens } from './tokens.js'

export interface PartOptions {
  /** Registered callback addresses, compared without their query. Default: any http(s) address. */
  redirectUris?: string[]
  people?: Person[]
  now?: () => number
  /** Whether DingTalk itself refuses everybody but employees in the oauth2 flow (11055). Default false. */
  internalApp?: boolean
}

/** What the emulator is made of; its pages and APIs take of it what they need. */
export interface Parts {
  /** The origin that browsers and phones use. */
  publicUrl: string
  redirectUris: string[] | undefined
  clock: Clock
  departments: Departments
  roles: Roles
  people: People
  permissions: Permissions
  leavers: Leavers
  stream: Stream
  faults: FaultQueue
  journal: Journal
  calls: ApiCalls
  codes: Codes
  tokens: Tokens
  tickets: Tickets
  consent: Consent
  /** Takes all of them back to the beginning. */
  reset(): void
}

/** Makes the parts of one emulator. */
export function makeParts(publicUrl: string, options: PartOptions): Parts {
  const { redirectUris, internalApp = false, now = Date.now } = options
  const clock = new Clock(now)
  const organisation = { departments: new Departments(), roles: new Roles(), permissions: new Permissions() }
  const people = new People(options.people ?? defaultPeople(), organisation)
  const events = { leavers: new Leavers(clock), stream: new Stream(clock) }
  publishChanges({ clock, ...organisation, people, ...events })
  const faults = new FaultQueue()
  const journal = new Journal(clock)
  const calls = new ApiCalls(faults, journal)
  const codes = new Codes(clock)
  const tokens = new Tokens(clock)
  const tickets = new Tickets(clock)
  const consent = new Consent({ codes, people, internalApp })
  const reset = () => {
    for (const part of [
      clock,
      ...Object.values(organisation),
      people,
      ...Object.values(events),
      faults,
      journal,
      codes,
      tokens,
      tickets,
    ])
      part.reset()
  }
  const apis = { faults, journal, calls, codes, tokens }
  return { publicUrl, redirectUris, clock, ...organisation, people, ...events, ...apis, tickets, consent, reset }
}
