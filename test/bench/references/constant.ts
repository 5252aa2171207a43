/** What Express costs by itself: it knows nobody, and says the same to everyone. */
import express from 'express'
import { nickOf, unionIdOf } from '../people.js'
import { settings } from './settings.js'

const me = {
  id: '00000000-0000-4000-8000-000000000000',
  username: nickOf(0),
  nick: nickOf(0),
  unionId: unionIdOf(0),
  avatarUrl: null,
  lastLoginAt: '2026-11-22T10:00:00.000Z',
}

const app = express()
app.disable('x-powered-by')
app.disable('etag')
app.get('/healthz', (_req, res) => void res.json({ status: 'alive' }))
app.get('/me', (_req, res) => void res.json(me))
app.get('/verify', (_req, res) => {
  res.set('X-Auth-Request-User', me.id).set('X-Auth-Request-Preferred-Username', me.username)
  res.status(204).end()
})
app.listen(settings.port)
