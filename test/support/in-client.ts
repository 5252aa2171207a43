import type { Response } from 'supertest'
import { APP } from '../../src/emulator/emulator.js'
import type { Browser } from './browser.js'
import { createWorld, PUBLIC_URL, type World } from './world.js'

/** Logs in without a scan inside the DingTalk client. */
export const IN_CLIENT = { DINGTALK_CORP_ID: APP.corpId, DINGTALK_CORP_APP_KEY: 'dingemulator' }
export const CLIENT_SETTINGS = { ...IN_CLIENT, DINGTALK_CORP_APP_SECRET: 'emulator-secret' }

export const USER_AGENTS = {
  phone:
    'Mozilla/5.0 (Linux; U; Android 12; zh-CN; M2011K2C) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 Mobile Safari/537.36 AliApp(DingTalk/7.6.0) com.alibaba.android.rimet/29',
  desktop:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.5414.120 Safari/537.36 dingtalk-win/1.0.0 DingTalk(7.6.0-Release.1) Mojo/1.0.0',
  phoneBrowser:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
}

export function createClientWorld(settings: Record<string, string> = {}): Promise<World> {
  return createWorld({ ...CLIENT_SETTINGS, ...settings })
}

/** Opens a page inside the DingTalk client; gives the page, and the state of the attempt that it is. */
export async function openInClient(browser: Browser, path = '/login', userAgent = USER_AGENTS.phone) {
  const page = await browser.get(path).set('User-Agent', userAgent).expect(200)
  const state = /name="state" value="([\w-]{43})"/.exec(page.text)?.[1]
  if (state === undefined) throw new Error(`no page that logs in by itself: ${page.text}`)
  return { page, state }
}

/** Sends what that page sends; another Origin, or other fields, where they are given. */
export function post(browser: Browser, fields: Record<string, string>, origin = PUBLIC_URL): Promise<Response> {
  return postText(browser, new URLSearchParams(fields).toString(), origin)
}

export async function postText(browser: Browser, text: string, origin = PUBLIC_URL): Promise<Response> {
  return browser
    .post('/callback', origin)
    .set('User-Agent', USER_AGENTS.phone)
    .type('application/x-www-form-urlencoded')
    .send(text)
}

/** A whole login by the client's code; gives the callback's answer. */
export async function logInByClient(world: World, browser: Browser, personId = 'zhangsan', path = '/login') {
  const { state } = await openInClient(browser, path)
  return post(browser, { state, inClientCode: world.dingtalk.clientCode(personId) })
}
