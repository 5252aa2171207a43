import { Router } from 'express'
import { z } from 'zod'
import type { Parts } from '../parts.js'
import { eventFaults } from '../stream/deliveries.js'

const eventSchema = z.strictObject({ eventType: z.string().min(1), data: z.json() })
const orderSchema = z.strictObject({ fault: z.enum(eventFaults), times: z.int().min(1).max(1000).default(1) })

/** What happened, and what became of it; an event of any kind, whether it is true or not; faults of the next events. */
export function eventRoutes({ stream }: Parts): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json(stream.events())
  })
  router.post('/', (req, res) => {
    const { eventType, data } = eventSchema.parse(req.body)
    stream.publish(eventType, data)
    res.status(201).json(stream.events().at(-1))
  })
  router.get('/faults', (_req, res) => {
    res.json(stream.waitingFaults())
  })
  router.post('/faults', (req, res) => {
    const { fault, times } = orderSchema.parse(req.body)
    stream.order(fault, times)
    res.status(201).json(stream.waitingFaults())
  })
  return router
}

/** The clients' connections: how many are open, and what the gateway can do to all of them. */
export function connectionRoutes({ stream }: Parts): Router {
  const router = Router()
  router.get('/', (_req, res) => {
    res.json({ open: stream.connections })
  })
  for (const action of ['ping', 'disconnect', 'drop'] as const) {
    router.post(`/${action}`, (_req, res) => {
      stream[action]()
      res.status(204).end()
    })
  }
  return router
}
