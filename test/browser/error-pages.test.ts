import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError, type ErrorCode, errorTable } from '../../src/errors.js'
import { createLogger } from '../../src/log.js'
import { errorHandler } from '../../src/middleware/error-handler.js'
import { requestContext } from '../../src/middleware/request-context.js'
import { securityHeaders } from '../../src/middleware/security-headers.js'
import { texts } from '../../src/pages/texts.js'
import { chromiumPath, DESKTOP, policyComplaints, shareBrowser, shareSite } from './support.js'

const browser = shareBrowser()
const site = shareSite()
const codes = Object.keys(errorTable) as ErrorCode[]

/** What stands in a page, in the order in which it is read. */
const PARTS = `({
  title: document.title,
  main: [...document.querySelector('main').children].flatMap((part) => [part.tagName, (part.querySelector('summary') ?? part).textContent]),
  links: [...document.querySelectorAll('main a, main button:not(details *)')].map(({ href }) => href),
  overflow: document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth,
})`

/** A server that can do nothing but fail, in every way that there is. */
async function startFailing(): Promise<string> {
  const app = express()
  app.use(requestContext(createLogger('silent')), ...securityHeaders({ secure: false }))
  for (const code of codes) {
    app.get(`/${code}`, () => {
      throw new AppError(code)
    })
  }
  const frontendUrl = 'http://localhost/'
  app.use(
    errorHandler({
      production: true,
      brand: { name: undefined, logoUrl: undefined, host: 'login.test' },
      publicUrl: 'http://localhost',
      redirects: { frontendUrl, origins: [frontendUrl] },
    }),
  )
  const server = createServer(app).listen(0, '127.0.0.1')
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  await once(server, 'listening')
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

describe.runIf(chromiumPath).each(['en', 'zh'] as const)('the error pages in %s', (language) => {
  it('each say what happened and what to do, with one way on and a reference', async () => {
    const failing = await startFailing()
    const page = await browser.page({ ...DESKTOP, locale: language, viewport: { width: 320, height: 600 } })
    const complaints = policyComplaints(page)
    const { codes: words, backToLogin, reference, forAdministrator, code: codeName, colon } = texts[language].error
    for (const code of codes) {
      const answer = await page.goto(`${failing}/${code}`)
      expect(answer?.status()).toBe(errorTable[code].status)
      const requestId = answer?.headers()['x-request-id']
      expect(requestId).toMatch(/^[\w-]{36}$/)
      const { title, advice } = words[code]
      expect(await page.evaluate(PARTS)).toEqual({
        title,
        main: ['H1', title, 'P', advice, 'P', backToLogin, 'DETAILS', forAdministrator],
        links: [`${failing}/login`],
        overflow: 0,
      })
      const folded = page.locator('details p').first()
      // In sight where the advice asks for it.
      expect(await folded.isVisible()).toBe(/the reference|参考编号/.test(advice))
      expect(await folded.textContent()).toBe(`${codeName}${colon}${code}${reference}${colon}${requestId}`)
    }
    expect(complaints).toEqual([])
  })
})

describe.runIf(chromiumPath)('an error page of the server', () => {
  it('leads on to the login', async () => {
    const page = await browser.page()
    await page.goto(`${site().server}/callback?code=a&state=b`)
    await page.getByRole('heading', { name: 'This login was not begun here' }).waitFor()
    await page.getByRole('main').getByRole('link').click()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
  })

  it('is readable and leads on without JavaScript', async () => {
    const page = await browser.page({ ...DESKTOP, javaScriptEnabled: false })
    await page.goto(`${site().server}/nothing`)
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
    await page.getByRole('main').getByRole('link').click()
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
  })

  it('says the same in the other language without asking DingTalk again', async () => {
    const page = await browser.page()
    site().dingtalk.failNext('getuserinfo_bycode', { errcode: 40078 })
    await page.goto(`${site().server}/ding_url?${new URLSearchParams({ redirect: '/?place=1' })}`)
    await page.getByRole('link', { name: /zhangsan/ }).click()
    await page.getByRole('heading', { name: 'DingTalk’s code is no longer valid' }).waitFor()
    const asked = site().dingtalk.journal().length
    await page.getByRole('link', { name: '中文' }).click()
    await page.getByRole('alert').getByText(texts.zh.error.codes.code_rejected.title).waitFor()
    expect(new URL(page.url()).searchParams.get('redirect')).toBe(`${site().frontEnd}/?place=1`)
    const calls = site().dingtalk.journal().slice(asked)
    // The code of the login page, and nothing else.
    expect(calls.filter(({ call }) => call !== 'authorize')).toEqual([])
  })
})
