import express from 'express'

const { LOGIN_SERVER = 'http://localhost:8000', FRONT_END = 'http://localhost:5173', PORT = '3000' } = process.env

/** Who sends this request, as the login server says; undefined when nobody is signed in. */
async function whoAsks(req) {
  // The session's cookie alone, and to the login server alone: whoever has it is that person.
  const cookies = (req.headers.cookie ?? '').split(/; */)
  const cookie = cookies.filter((one) => /^(__Host-|__Secure-)?sid=/.test(one)).join('; ')
  if (!cookie) return undefined
  const options = { headers: { cookie }, redirect: 'error', signal: AbortSignal.timeout(5000) }
  const response = await fetch(`${LOGIN_SERVER}/me`, options)
  if (response.status === 401) return undefined
  if (!response.ok) throw new Error(`The login server answered ${response.status}`)
  return response.json()
}

const app = express()
app.use((req, res, next) => {
  // The front end, and nobody else's page, may read the answers.
  res.set({ 'Access-Control-Allow-Origin': FRONT_END, 'Access-Control-Allow-Credentials': 'true' })
  // What changes something must come from its pages, too: cookies alone do not say so.
  if (!['GET', 'HEAD'].includes(req.method) && req.headers.origin !== FRONT_END) return res.sendStatus(403)
  next()
})
app.get('/report', async (req, res) => {
  const me = await whoAsks(req)
  if (!me) return res.status(401).json({ error: 'unauthenticated' })
  res.set('Cache-Control', 'no-store').json({ total: 42, for: me.id })
})
app.use((error, _req, res, _next) => {
  console.error(error)
  res.status(503).json({ error: 'service_unavailable' })
})
app.listen(Number(PORT), 'localhost', () => console.log(`http://localhost:${PORT}/report`))
