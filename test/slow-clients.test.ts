import { describe, expect, it } from 'vitest'
import { MINUTE, SECOND } from '../src/time.js'
import { rawAnswer } from './support/raw.js'
import { createWorld, FRONTEND } from './support/world.js'

/** Sends no more than this; returns the response, and after how many milliseconds the server ended the connection. */
async function leaveAt(serverUrl: string, bytes: string): Promise<{ response: string; ms: number }> {
  const startedAt = performance.now()
  const response = await rawAnswer(serverUrl, bytes)
  return { response, ms: performance.now() - startedAt }
}

describe('a client that sends too slowly', { timeout: MINUTE }, () => {
  it.concurrent('is refused when its headers are not there after ten seconds', async () => {
    await using world = await createWorld()
    const { response, ms } = await leaveAt(world.serverUrl, 'GET /me HTTP/1.1\r\n')
    expect(response).toMatch(/^HTTP\/1\.1 400 .*"bad_request"/s)
    expect(ms).toBeLessThan(15 * SECOND)
  })

  it.concurrent('loses its connection when its body is not there after twenty seconds', async () => {
    await using world = await createWorld()
    const request = `POST /logout HTTP/1.1\r\nHost: login.test\r\nOrigin: ${FRONTEND}\r\nContent-Length: 10\r\n\r\n`
    const { response, ms } = await leaveAt(world.serverUrl, request)
    // No route reads a body: the response need not wait for it.
    expect(response).toMatch(/^HTTP\/1\.1 204 /)
    expect(ms).toBeLessThan(25 * SECOND)
  })
})
