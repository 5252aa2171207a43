import { webcrypto } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DingTalkClient } from '../src/adapters/dingtalk/client.js'
import { QrconnectFlow, signTimestamp } from '../src/adapters/dingtalk/qrconnect.js'
import { startEmulator } from '../src/emulator/emulator.js'

/** https://open.dingtalk.com/document/development/signature-personal-registration */
const PUBLISHED = {
  secret: 'testappSecret',
  timestamp: '1546084445901',
  signature: 'HCbG3xNE3vzhO+u7qCUL1jS5hsu2n5r2cFhnTrtyDAE=',
  encoded: 'HCbG3xNE3vzhO%2Bu7qCUL1jS5hsu2n5r2cFhnTrtyDAE%3D',
}

/** HMAC-SHA256 by the platform's other implementation. */
async function hmac(timestamp: string, secret: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await webcrypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['sign'])
  return Buffer.from(await webcrypto.subtle.sign('HMAC', key, new TextEncoder().encode(timestamp))).toString('base64')
}

/** The request line's target of one exchange, as it goes over the wire, and its body. */
async function sentRequest({ appSecret, now }: { appSecret: string; now: number }) {
  let target = ''
  let body = ''
  const server = createServer((req, res) => {
    target = req.url ?? ''
    req.on('data', (chunk) => {
      body += String(chunk)
    })
    req.on('end', () => res.end(JSON.stringify({ errcode: 0, user_info: { nick: 'x', unionid: 'y' } })))
  })
  const client = new DingTalkClient({ timeoutMs: 10_000 })
  try {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const oapiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await new QrconnectFlow({ client, appId: 'app', appSecret, oapiUrl, loginUrl: oapiUrl, now: () => now }).profileFor(
      'the+code',
    )
    return { target, body }
  } finally {
    client.close()
    server.close()
    await once(server, 'close')
  }
}

describe('the signature', () => {
  it('is the published one for the published example', () => {
    expect(signTimestamp(PUBLISHED.timestamp, PUBLISHED.secret)).toBe(PUBLISHED.signature)
  })

  it('goes over the wire percent-encoded exactly once', async () => {
    const { target } = await sentRequest({ appSecret: PUBLISHED.secret, now: Number(PUBLISHED.timestamp) })
    expect(target).toBe(
      `/sns/getuserinfo_bycode?accessKey=app&timestamp=${PUBLISHED.timestamp}&signature=${PUBLISHED.encoded}`,
    )
  })

  it('is sent beside the code, which stays out of the address', async () => {
    const { target, body } = await sentRequest({ appSecret: PUBLISHED.secret, now: 1 })
    expect(JSON.parse(body)).toEqual({ tmp_auth_code: 'the+code' })
    expect(target).not.toContain('the')
  })

  it.each(['密钥', 'schlüssel', '🔑', ' ', 'a+b/c=', '%2B', 'x'.repeat(200), '\'"\\\0\n'])(
    'takes the secret %j as UTF-8',
    async (secret) => {
      expect(signTimestamp(PUBLISHED.timestamp, secret)).toBe(await hmac(PUBLISHED.timestamp, secret))
    },
  )

  it('is the HMAC-SHA256 of the timestamp alone, whatever the secret', async () => {
    const secrets = fc.string({ unit: 'grapheme', minLength: 1 })
    await fc.assert(
      fc.asyncProperty(fc.nat(4_102_444_800_000), secrets, async (timestamp, secret) => {
        expect(signTimestamp(String(timestamp), secret)).toBe(await hmac(String(timestamp), secret))
      }),
    )
  })
})

describe('the request that is really sent', () => {
  /** A code from the emulator, as a scan would give it. */
  async function codeFrom(url: string, flow: QrconnectFlow): Promise<string> {
    const authorizeUrl = flow.authorizeUrl({ state: 'state', redirectUri: `${url}/nowhere` })
    const answer = await fetch(`${authorizeUrl}&person=zhangsan`, { redirect: 'manual' })
    return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
  }

  it.each([
    { appSecret: 'emulator-secret', outcome: 'ok' },
    { appSecret: 'another-secret', outcome: '853004' },
  ])('with the secret $appSecret ends at the emulator as $outcome', async ({ appSecret, outcome }) => {
    await using dingtalk = await startEmulator()
    const client = new DingTalkClient({ timeoutMs: 10_000 })
    const flow = new QrconnectFlow({
      client,
      appId: 'dingemulator',
      appSecret,
      oapiUrl: dingtalk.url,
      loginUrl: dingtalk.url,
    })
    await flow.profileFor(await codeFrom(dingtalk.url, flow)).catch(() => undefined)
    client.close()
    const exchanges = dingtalk.journal().filter(({ call }) => call === 'getuserinfo_bycode')
    expect(exchanges.map((exchange) => exchange.outcome)).toEqual([outcome])
  })

  it('is accepted whatever characters the signature holds', async () => {
    await using dingtalk = await startEmulator()
    const client = new DingTalkClient({ timeoutMs: 10_000 })
    const signatures = new Set<string>()
    // Enough timestamps for each of base64's special characters to come up.
    for (let back = 0; back < 40; back++) {
      const now = Date.now() - back * 7
      const app = {
        client,
        appId: 'dingemulator',
        appSecret: 'emulator-secret',
        oapiUrl: dingtalk.url,
        loginUrl: dingtalk.url,
      }
      const flow = new QrconnectFlow({ ...app, now: () => now })
      await flow.profileFor(await codeFrom(dingtalk.url, flow))
      signatures.add(signTimestamp(String(now), 'emulator-secret'))
    }
    client.close()
    expect([...signatures].join('')).toMatch(/\+.*\/|\/.*\+/)
    const outcomes = dingtalk.journal().filter(({ call }) => call === 'getuserinfo_bycode')
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['ok']))
  })
})
