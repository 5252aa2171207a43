import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { apiCalls, faultSchema } from '../apis/faults.js'
import { clientCode, clientCodeOrderSchema } from '../client-codes.js'
import { controlPage } from '../pages/control-page.js'
import { pageHeaders, sendPage } from '../pages/send-page.js'
import { textsFor } from '../pages/texts.js'
import { isJson } from '../parameters.js'
import type { Parts } from '../parts.js'
import { personChangeSchema, personSchema } from '../person.js'
import { departmentRoutes, permissionRoutes, roleRoutes } from './organisation-routes.js'
import { connectionRoutes, eventRoutes } from './stream-routes.js'

const faultOrder = z.strictObject({
  call: z.enum(apiCalls),
  fault: faultSchema,
  times: z.int().min(1).max(1000).default(1),
})
const clockMove = z.strictObject({ byMs: z.number() })

/**
 * The emulator's methods over HTTP, in JSON:
 *
 *     GET    /_emulator                the control page
 *     GET    /_emulator/people
 *     POST   /_emulator/people         a Person
 *     PATCH  /_emulator/people/:id     {"nick", "membership", …}
 *     GET    /_emulator/departments    and /_emulator/roles
 *     POST   /_emulator/departments    a Department; a Role
 *     PATCH  /_emulator/departments/:id  {"name", "parentId"}; of a role {"name"}
 *     DELETE /_emulator/departments/:id
 *     GET    /_emulator/permissions    of the application
 *     PATCH  /_emulator/permissions    {"qyapi_get_member": false, …}
 *     POST   /_emulator/client-codes   {"person", "application"?}: the code that the DingTalk client would get
 *     GET    /_emulator/events         those of the gateway, oldest first
 *     POST   /_emulator/events         {"eventType", "data"}
 *     POST   /_emulator/events/faults  {"fault": "lose" | "repeat", "times"?} of the next events
 *     GET    /_emulator/connections    {"open"}
 *     POST   /_emulator/connections/ping  or disconnect, or drop
 *     GET    /_emulator/faults         those that have not happened yet
 *     POST   /_emulator/faults         {"call", "fault", "times"?}
 *     GET    /_emulator/journal        what was asked, oldest first
 *     DELETE /_emulator/journal
 *     GET    /_emulator/clock          {"now"}
 *     POST   /_emulator/clock          {"byMs"}
 *     POST   /_emulator/tokens/expire  ends the app's token
 *     POST   /_emulator/reset
 *
 * A request that changes something needs `Content-Type: application/json`: a page elsewhere cannot send that.
 */
export function controlRoutes(parts: Parts): Router {
  const { publicUrl } = parts
  const router = Router()
  router.use(pageHeaders("'none'"), requireJson, express.json())

  router.get('/', (req, res) => sendPage(res, controlPage(textsFor(req), publicUrl)))
  router.use('/people', peopleRoutes(parts))
  router.use('/departments', departmentRoutes(parts))
  router.use('/roles', roleRoutes(parts))
  router.use('/permissions', permissionRoutes(parts))
  router.use('/events', eventRoutes(parts))
  router.use('/connections', connectionRoutes(parts))
  router.use('/faults', faultRoutes(parts))
  router.use('/journal', journalRoutes(parts))
  router.use('/clock', clockRoutes(parts))
  router.use(actionRoutes(parts))

  router.use((_req, res) => {
    res.status(404).json({ error: 'Nothing here. GET /_emulator explains.' })
  })
  router.use(explainProblem)
  return router
}

function actionRoutes(parts: Parts): Router {
  const { reset, tokens } = parts
  const router = Router()
  router.post('/client-codes', (req, res) => {
    const { person, application } = clientCodeOrderSchema.parse(req.body)
    res.status(201).json({ code: clientCode(parts, person, application) })
  })
  router.post('/tokens/expire', (_req, res) => {
    tokens.expireApp()
    res.status(204).end()
  })
  router.post('/reset', (_req, res) => {
    reset()
    res.status(204).end()
  })
  return router
}

function peopleRoutes({ people }: Parts): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json(people.all())
  })
  router.post('/', (req, res) => {
    const person = personSchema.parse(req.body)
    people.add(person)
    res.status(201).json(person)
  })
  router.patch('/:id', (req, res, next) => {
    if (!people.find(req.params.id)) return next()
    res.json(people.change(req.params.id, personChangeSchema.parse(req.body)))
  })
  return router
}

function faultRoutes({ faults }: Parts): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json(faults.waiting())
  })
  router.post('/', (req, res) => {
    const { call, fault, times } = faultOrder.parse(req.body)
    faults.order(call, fault, times)
    res.status(201).json(faults.waiting())
  })
  return router
}

function journalRoutes({ journal }: Parts): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json(journal.entries())
  })
  router.delete('/', (_req, res) => {
    journal.reset()
    res.status(204).end()
  })
  return router
}

function clockRoutes({ clock }: Parts): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json({ now: clock.now() })
  })
  router.post('/', (req, res) => {
    clock.move(clockMove.parse(req.body).byMs)
    res.json({ now: clock.now() })
  })
  return router
}

const requireJson: RequestHandler = (req, res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD' || isJson(req)) return next()
  res.status(415).json({ error: 'Content-Type: application/json is needed.' })
}

const explainProblem: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error)
  res.status(400).json({ error: error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error) })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
