import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Request, type Response, Router } from 'express'
import { versionParam } from '../api/queries.js'
import { queryOf } from '../api/read-query.js'
import { anyOrigin } from '../middleware/cross-origin.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { ownVersion } from '../version.js'

/** What src/cli/build.mjs has made of src/client. */
const FILE = new URL('../generated/client/client.js', import.meta.url)

/**
 * The module for front ends: the same for everybody, so that every origin may load it and browsers may keep it. It is
 * read when it is first asked for.
 */
export function clientScriptRoutes(): Router {
  const router = Router({ caseSensitive: true })
  let script: { text: string; etag: string; version: string } | undefined

  function readScript() {
    const text = readFileSync(FILE, 'utf8')
    const etag = `"${hash('sha256', text, 'base64url')}"`
    return { text, etag, version: ownVersion() }
  }

  function sendScript(req: Request, res: Response): void {
    script ??= readScript()
    const { text, etag, version } = script
    // While servers of two versions run side by side, neither's file may be kept for the other's. Only browsers keep it:
    // an application that we are part of may give its own visitors a cookie with any response.
    const isNamed = versionParam.safeParse(queryOf(req).get('v')).data === version
    res.set({
      'Cache-Control': isNamed ? 'private, max-age=31536000, immutable' : 'private, no-cache',
      ETag: etag,
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    })
    res.type('js').send(text)
  }

  addEndpoint(router, anyOrigin, { path: '/client.js', methods: { GET: sendScript } })
  return router
}
