import { z } from 'zod'

/** DingTalk's APIs, by the last part of their address. */
export const apiCalls = [
  'getuserinfo_bycode',
  'userAccessToken',
  'users/me',
  'gettoken',
  'accessToken',
  'oauth2/token',
  'getbyunionid',
  'user/get',
  'user/getuserinfo',
  'connections/open',
  'empLeaveRecords',
  'user/list',
  'user/listid',
  'department/get',
  'department/listsub',
  'department/listsubid',
  'department/listparentbyuser',
  'role/list',
  'role/getrole',
  'role/simplelist',
] as const

export type ApiCall = (typeof apiCalls)[number]

const faultNames = [
  'html',
  'ban',
  'truncated',
  'too-large',
  'redirect',
  'hang',
  'reset',
  'no-unionid',
  'string-numbers',
] as const

const errcodeFault = z.strictObject({
  errcode: z.int(),
  /** As a field of its own. */
  sub_code: z.string().exactOptional(),
  /** Only inside errmsg: `ding talk error[subcode=60020,submsg=…]`. */
  subcodeInMessage: z.string().exactOptional(),
})
const codeFault = z.strictObject({ status: z.int().min(400).max(599), code: z.string().min(1) })
const slowFault = z.strictObject({ delayMs: z.number().min(0) })
const bodyFault = z.strictObject({ body: z.json(), status: z.int().min(200).max(599).exactOptional() })

/**
 * How a response goes wrong.
 * - `html`: an HTML page with status 200; `ban`: what an address gets that called too often
 * - `truncated`: half of the JSON in a complete HTTP response; `too-large`: well-formed JSON of more than 1 MB
 * - `redirect`: 302 to a path with the response that this call would have had; the journal shows who follows it
 * - `hang`: no response until the client gives up; `reset`: the connection is cut instead of a response
 * - `no-unionid`: success without that field; `string-numbers`: numbers as text, but for tokens' lives
 * - `{ errcode }` in the shape of oapi, `{ status, code }` in the shape of api, `{ delayMs }` comes late,
 *   `{ body }` is any JSON
 *
 * All but the first two, `{ errcode }`, `{ status, code }` and `{ body }` do the call's work first: a code is spent.
 */
export type Fault =
  | (typeof faultNames)[number]
  | z.infer<typeof errcodeFault>
  | z.infer<typeof codeFault>
  | z.infer<typeof slowFault>
  | { body: unknown; status?: number }

/** A fault as the control interface takes it. */
export const faultSchema = z.union([z.enum(faultNames), errcodeFault, codeFault, slowFault, bodyFault])

/** The name a fault has in the journal. */
export function faultName(fault: Fault): string {
  if (typeof fault === 'string') return fault
  if ('errcode' in fault) return String(fault.errcode)
  if ('delayMs' in fault) return 'slow'
  if ('code' in fault) return fault.code
  return 'body'
}

const callsWithUnionid: ApiCall[] = ['getuserinfo_bycode', 'users/me', 'user/get', 'user/getuserinfo', 'user/list']

/** Faults that wait for a call of their API, in the order they were ordered. */
export class FaultQueue {
  #waiting: { call: ApiCall; fault: Fault }[] = []

  /** @throws on a fault that changes nothing: a test that orders one would prove nothing */
  order(call: ApiCall, fault: Fault, times = 1): void {
    if (!Number.isInteger(times) || times < 1) throw new RangeError(`A fault happens 1, 2, 3 … times, not ${times}`)
    if (fault === 'no-unionid' && !callsWithUnionid.includes(call)) throw new Error(`${call} returns no unionid anyway`)
    for (let i = 0; i < times; i++) this.#waiting.push({ call, fault })
  }

  take(call: ApiCall): Fault | undefined {
    const index = this.#waiting.findIndex((waiting) => waiting.call === call)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]?.fault
  }

  waiting(): { call: ApiCall; fault: string }[] {
    return this.#waiting.map(({ call, fault }) => ({ call, fault: faultName(fault) }))
  }

  reset(): void {
    this.#waiting = []
  }
}
