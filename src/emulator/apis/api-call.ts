import { randomUUID } from 'node:crypto'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Journal } from '../journal.js'
import { type ApiCall, type Fault, type FaultQueue, faultName } from './faults.js'
import { type Answer, apiError, Refusal, subcodeError, topapiError } from './refusals.js'

const PADDING = 'x'.repeat(1_200_000)
const KEPT_REDIRECTS = 100

/** The one way a request becomes an answer, in which faults happen and the journal is kept. */
export class ApiCalls {
  readonly #faults: FaultQueue
  readonly #journal: Journal
  readonly #redirected = new Map<string, Answer>()

  constructor(faults: FaultQueue, journal: Journal) {
    this.#faults = faults
    this.#journal = journal
  }

  handler(call: ApiCall, handle: (req: Request) => Answer): RequestHandler {
    return (req, res) => {
      const fault = this.#faults.take(call)
      const answer = insteadOf(fault) ?? outcomeOf(() => handle(req))
      this.#journal.record(call, fault === undefined ? answer.outcome : faultName(fault), req, answer.personId)
      if (fault === 'redirect') return res.redirect(this.#redirect(answer))
      deliver(res, answer, fault)
    }
  }

  /** What DingTalk answers on a path that it does not have. */
  unknown(answer: (req: Request) => Refusal): RequestHandler {
    return (req, res) => {
      const refusal = answer(req)
      this.#journal.record('unknown', refusal.answer.outcome, req)
      deliver(res, refusal.answer, undefined)
    }
  }

  /** Where the fault `redirect` points to: a success that nobody should fetch. */
  redirectTargets(): Router {
    return Router().all('/redirected/:id', (req, res, next) => {
      const answer = this.#redirected.get(req.params.id)
      if (!answer) return next()
      this.#journal.record('redirect-target', 'ok', req)
      deliver(res, answer, undefined)
    })
  }

  #redirect(answer: Answer): string {
    const id = randomUUID()
    this.#redirected.set(id, answer)
    const [oldest] = this.#redirected.keys()
    if (this.#redirected.size > KEPT_REDIRECTS && oldest !== undefined) this.#redirected.delete(oldest)
    return `/redirected/${id}`
  }
}

function outcomeOf(handle: () => Answer): Answer {
  try {
    return handle()
  } catch (error) {
    if (error instanceof Refusal) return error.answer
    throw error
  }
}

/** The answer of a fault before which the request was not even looked at. */
function insteadOf(fault: Fault | undefined): Answer | undefined {
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

function deliver(res: Response, answer: Answer, fault: Fault | undefined): void {
  switch (fault) {
    case 'hang':
      return
    case 'reset':
      res.socket?.destroy()
      return
    case 'html':
      res.type('html').send('<!DOCTYPE html><html><body><h1>请求过于频繁</h1><script>var x5 = 1</script></body></html>')
      return
    case 'truncated':
      sendJson(res, answer.status, halfOf(JSON.stringify(answer.body)))
      return
    case 'too-large':
      sendJson(res, answer.status, JSON.stringify({ ...objectOf(answer.body), padding: PADDING }))
      return
    case 'no-unionid':
      sendJson(res, answer.status, JSON.stringify(answer.body, withoutUnionid))
      return
    case 'string-numbers':
      sendJson(res, answer.status, JSON.stringify(answer.body, withNumbersAsText))
      return
  }
  const text = JSON.stringify(answer.body)
  if (typeof fault === 'object' && 'delayMs' in fault) {
    const timer = setTimeout(() => sendJson(res, answer.status, text), fault.delayMs)
    res.once('close', () => clearTimeout(timer))
    return
  }
  sendJson(res, answer.status, text)
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
  return key === 'errcode' || key === 'contact_type' ? String(value) : value
}
