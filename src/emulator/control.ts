import express, { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import { apiCalls, type FaultQueue, faultSchema } from './apis/faults.js'
import type { Clock } from './clock.js'
import type { Directory } from './directory.js'
import type { Journal } from './journal.js'
import { pageHeaders, sendPage } from './page-answers.js'
import { controlPage } from './pages/control-page.js'
import { textsFor } from './pages/texts.js'
import { isJson } from './parameters.js'
import { personChangeSchema, personSchema } from './people.js'
import type { Tokens } from './tokens.js'

export interface ControlParts {
  clock: Clock
  directory: Directory
  faults: FaultQueue
  journal: Journal
  tokens: Tokens
  reset: () => void
  /** Shown in the examples. */
  origin: string
}

const faultOrder = z.strictObject({
  call: z.enum(apiCalls),
  fault: faultSchema,
  times: z.int().min(1).max(1000).default(1),
})
const clockMove = z.strictObject({ byMs: z.number() })

/**
 * The emulator's methods over HTTP, all JSON, below /_emulator:
 *
 *     GET    /_emulator                the control page
 *     GET    /_emulator/people         everybody
 *     POST   /_emulator/people         a Person              adds somebody
 *     PATCH  /_emulator/people/:id     {"nick", "membership", …}
 *     GET    /_emulator/faults         those that still wait
 *     POST   /_emulator/faults         {"call", "fault", "times"?}
 *     GET    /_emulator/journal        what was asked, oldest first
 *     DELETE /_emulator/journal
 *     GET    /_emulator/clock          {"now"}
 *     POST   /_emulator/clock          {"byMs"}
 *     POST   /_emulator/tokens/expire  the app's token is not good any more
 *     POST   /_emulator/reset
 *
 * Whatever changes something needs `Content-Type: application/json`, which a page elsewhere cannot send unasked.
 */
export function controlRoutes({ clock, directory, faults, journal, tokens, reset, origin }: ControlParts): Router {
  const router = Router()
  router.use(pageHeaders("'none'"), requireJson, express.json())

  router.get('/', (req, res) => sendPage(res, controlPage(textsFor(req), origin)))

  router.get('/people', (_req, res) => {
    res.json(directory.all())
  })
  router.post('/people', (req, res) => {
    const person = personSchema.parse(req.body)
    directory.add(person)
    res.status(201).json(person)
  })
  router.patch('/people/:id', (req, res, next) => {
    if (!directory.find(req.params.id)) return next()
    res.json(directory.change(req.params.id, personChangeSchema.parse(req.body)))
  })

  router.get('/faults', (_req, res) => {
    res.json(faults.waiting())
  })
  router.post('/faults', (req, res) => {
    const { call, fault, times } = faultOrder.parse(req.body)
    faults.order(call, fault, times)
    res.status(201).json(faults.waiting())
  })

  router.get('/journal', (_req, res) => {
    res.json(journal.entries())
  })
  router.delete('/journal', (_req, res) => {
    journal.clear()
    res.status(204).end()
  })

  router.get('/clock', (_req, res) => {
    res.json({ now: clock.now() })
  })
  router.post('/clock', (req, res) => {
    clock.move(clockMove.parse(req.body).byMs)
    res.json({ now: clock.now() })
  })

  router.post('/tokens/expire', (_req, res) => {
    tokens.expireApp()
    res.status(204).end()
  })
  router.post('/reset', (_req, res) => {
    reset()
    res.status(204).end()
  })

  router.use((_req, res) => {
    res.status(404).json({ error: 'Nothing here. GET /_emulator explains.' })
  })
  router.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error)
    const why =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error)
    res.status(400).json({ error: why })
  })
  return router
}

const requireJson: RequestHandler = (req, res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD' || isJson(req)) return next()
  res.status(415).json({ error: 'Content-Type: application/json is needed.' })
}
