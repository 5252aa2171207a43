import { z } from 'zod'

export const apiCalls = [
  'getuserinfo_bycode',
  'userAccessToken',
  'users/me',
  'gettoken',
  'accessToken',
  'getbyunionid',
  'user/get',
] as const

/** DingTalk's APIs, by the last part of their address. */
export type ApiCall = (typeof apiCalls)[number]

export const faultNames = [
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
 * How an answer goes wrong.
 * - `html`: an HTML page with status 200; `ban`: what an address gets that called too often
 * - `truncated`: half of the JSON in a complete HTTP answer; `too-large`: well-formed JSON of more than 1 MB
 * - `redirect`: 302 to a path that answers what this call would have; following it shows in the journal
 * - `hang`: no answer until the client gives up; `reset`: the connection is cut before the answer
 * - `no-unionid`: success without that field; `string-numbers`: errcode and contact_type as text
 * - `{ errcode }` in the shape of oapi, `{ status, code }` in the shape of api, `{ delayMs }` answers late,
 *   `{ body }` answers any JSON
 *
 * All but the first two, `{ errcode }`, `{ status, code }` and `{ body }` do the call's work first: a code is spent.
 */
export type Fault =
  | (typeof faultNames)[number]
  | z.infer<typeof errcodeFault>
  | z.infer<typeof codeFault>
  | z.infer<typeof slowFault>
  | { body: unknown; status?: number }

export const faultSchema = z.union([z.enum(faultNames), errcodeFault, codeFault, slowFault, bodyFault])

/** The name a fault has in the journal. */
export function faultName(fault: Fault): string {
  if (typeof fault === 'string') return fault
  if ('errcode' in fault) return String(fault.errcode)
  if ('delayMs' in fault) return 'slow'
  if ('code' in fault) return fault.code
  return 'body'
}

const callsWithUnionid: ApiCall[] = ['getuserinfo_bycode', 'users/me', 'user/get']

/** Faults waiting for their call, first ordered first. */
export class FaultQueue {
  #waiting: { call: ApiCall; fault: Fault }[] = []

  /** @throws on a fault that would change nothing, so that no test passes by ordering one */
  order(call: ApiCall, fault: Fault, times = 1): void {
    if (!Number.isInteger(times) || times < 1) throw new RangeError(`A fault happens 1, 2, 3 … times, not ${times}`)
    if (fault === 'no-unionid' && !callsWithUnionid.includes(call)) throw new Error(`${call} answers no unionid anyway`)
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
