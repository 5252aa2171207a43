import { randomUUID } from 'node:crypto'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Journal } from '../journal.js'
import { type ApiCall, type Fault, type FaultQueue, faultName } from './faults.js'
import { type ApiResponse, apiError, Refusal, subcodeError, topapiError } from './refusals.js'

const PADDING = 'x'.repeat(1_200_000)
const PAGE_INSTEAD = '<!DOCTYPE html><html><body><h1>请求过于频繁</h1><script>var x5 = 1</script></body></html>'
const KEPT_REDIRECTS = 100

/** What an API does with a request; a refusal is thrown. */
export type ApiHandler = (req: Request) => ApiResponse

/** The one way from a request to a response: here faults happen, and the journal is kept. */
export class ApiCalls {
  readonly #faults: FaultQueue
  readonly #journal: Journal
  readonly #redirected = new Map<string, ApiResponse>()

  constructor(faults: FaultQueue, journal: Journal) {
    this.#faults = faults
    this.#journal = journal
  }

  handler(call: ApiCall, handle: ApiHandler): RequestHandler {
    return (req, res) => {
      const fault = this.#faults.take(call)
      const response = insteadOf(fault) ?? outcomeOf(() => handle(req))
      this.#journal.record(call, fault === undefined ? response.outcome : faultName(fault), req, response.personId)
      if (fault === 'redirect') return res.redirect(this.#redirect(response))
      deliver(res, response, fault)
    }
  }

  /** For a path that DingTalk does not have. */
  unknown(refuse: () => Refusal): RequestHandler {
    return (req, res) => {
      const { response } = refuse()
      this.#journal.record('unknown', response.outcome, req)
      deliver(res, response)
    }
  }

  /** Where the fault `redirect` points: a success that no client should fetch. */
  redirectTargets(): Router {
    return Router().all('/redirected/:id', (req, res, next) => {
      const response = this.#redirected.get(req.params.id)
      if (!response) return next()
      this.#journal.record('redirect-target', 'ok', req)
      deliver(res, response)
    })
  }

  #redirect(response: ApiResponse): string {
    const id = randomUUID()
    this.#redirected.set(id, response)
    const [oldest] = this.#redirected.keys()
    if (this.#redirected.size > KEPT_REDIRECTS && oldest !== undefined) this.#redirected.delete(oldest)
    return `/redirected/${id}`
  }
}

function outcomeOf(handle: () => ApiResponse): ApiResponse {
  try {
    return handle()
  } catch (error) {
    if (error instanceof Refusal) return error.response
    throw error
  }
}

/** The response of a fault that happens before the request is looked at. */
function insteadOf(fault: Fault | undefined): ApiResponse | undefined {
  if (fault === undefined) return undefined
  const outcome = faultName(fault)
  if (fault === 'ban')
    return { status: 200, body: { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: randomUUID() }, outcome }
  if (fault === 'html') return { status: 200, body: undefined, outcome }
  if (typeof fault === 'string' || 'delayMs' in fault) return undefined
  if ('errcode' in fault) return { status: 200, body: errcodeBody(fault), outcome }
  if ('code' in fault) return { status: fault.status, body: apiError(fault.code), outcome }
  return { status: fault.status ?? 200, body: fault.body, outcome }
}

function errcodeBody(fault: Extract<Fault, { errcode: number }>): unknown {
  if (fault.sub_code !== undefined) return subcodeError(fault.errcode, fault.sub_code, true)
  if (fault.subcodeInMessage !== undefined) return subcodeError(fault.errcode, fault.subcodeInMessage, false)
  return topapiError(fault.errcode)
}

function deliver(res: Response, { status, body, xml }: ApiResponse, fault?: Fault): void {
  if (fault === 'hang') return
  if (fault === 'reset') {
    res.socket?.destroy()
  } else if (fault === 'html') {
    res.type('html').send(PAGE_INSTEAD)
  } else if (typeof fault === 'object' && 'delayMs' in fault) {
    const timer = setTimeout(() => sendJson(res, status, JSON.stringify(body)), fault.delayMs)
    res.once('close', () => clearTimeout(timer))
  } else if (xml !== undefined && fault === undefined) {
    res.status(status).type('xml').send(xml)
  } else {
    sendJson(res, status, textOf(body, fault))
  }
}

/** The body as JSON, spoilt by the fault. */
function textOf(body: unknown, fault: Fault | undefined): string {
  switch (fault) {
    case 'truncated':
      return halfOf(JSON.stringify(body))
    case 'too-large':
      return JSON.stringify({ ...objectOf(body), padding: PADDING })
    case 'no-unionid':
      return JSON.stringify(body, withoutUnionid)
    case 'string-numbers':
      return JSON.stringify(body, withNumbersAsText)
    default:
      return JSON.stringify(body)
  }
}

function sendJson(res: Response, status: number, text: string): void {
  res.status(status).set('Content-Type', 'application/json;charset=UTF-8').set('Cache-Control', 'no-store').send(text)
}

function halfOf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2))
}

function objectOf(body: unknown): object {
  return typeof body === 'object' && body !== null ? body : {}
}

function withoutUnionid(key: string, value: unknown): unknown {
  return key === 'unionid' || key === 'unionId' ? undefined : value
}

function withNumbersAsText(key: string, value: unknown): unknown {
  return typeof value === 'number' && key !== 'expires_in' && key !== 'expireIn' ? String(value) : value
}
