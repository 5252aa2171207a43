import type { Methods } from './operation.js'
import { callbackQuery, clientCallbackForm, errorParam, languageParam, redirectQuery, wayParam } from './queries.js'

const page = { body: 'text/html', headers: ['Set-Cookie'] } as const
const onward = ['Location', 'Set-Cookie'] as const
const onPublicUrl = 'Where the browser came by another host than `PUBLIC_URL`: to the same address there.'
const inClientPage = 'Inside the DingTalk client, with `DINGTALK_CORP_ID`: a page that logs in by itself.'
const toTarget = { description: 'To the target, with `username=` in its query.', headers: onward } as const

const LOGIN_CODES = ['redirect_not_allowed', 'rate_limited'] as const
const CALLBACK_CODES = [
  'attempt_missing',
  'attempt_expired',
  'code_rejected',
  'not_a_member',
  'account_disabled',
  'rate_limited',
  'dingtalk_misconfigured',
  'dingtalk_unreadable',
  'dingtalk_unavailable',
  'dingtalk_timeout',
] as const

/** The way of a login. */
export const loginOperations = {
  '/ding_url': {
    GET: {
      id: 'beginLogin',
      summary: 'Begins a login: sends the browser to DingTalk, also when somebody is signed in.',
      query: redirectQuery,
      hints: { way: wayParam, lang: languageParam },
      head: false,
      responses: {
        200: { description: inClientPage, ...page },
        302: { description: `To DingTalk. ${onPublicUrl}`, headers: onward },
      },
      errors: LOGIN_CODES,
    },
  },
  '/callback': {
    GET: {
      id: 'finishLogin',
      summary: 'Receives the browser back from DingTalk, signs it in, and sends it to its target.',
      description: 'Works once, in the browser that began the login: an attempt cookie (`login.…`) holds its state.',
      query: callbackQuery,
      head: false,
      session: 'optional',
      responses: { 302: toTarget },
      errors: [...CALLBACK_CODES, 'login_declined'],
    },
    POST: {
      id: 'finishClientLogin',
      summary: 'Signs in with the code that the DingTalk client gave to our own page, and goes on as `GET` does.',
      description: 'Where `DINGTALK_CORP_ID` is set, with an attempt that was begun on that page, and its `Origin`.',
      form: clientCallbackForm,
      session: 'optional',
      responses: { 302: toTarget },
      errors: [...CALLBACK_CODES, 'not_permitted', 'origin_not_allowed'],
    },
  },
  '/login': {
    GET: {
      id: 'showLogin',
      summary: 'The login page, with the code inline; inside the DingTalk client, one that logs in by itself.',
      query: redirectQuery,
      hints: { lang: languageParam, error: errorParam },
      session: 'optional',
      responses: {
        200: { description: 'A page.', ...page },
        302: { description: `Inside DingTalk: to \`/ding_url\`. ${onPublicUrl}`, headers: ['Location'] },
      },
      errors: LOGIN_CODES,
    },
  },
} satisfies Record<`/${string}`, Methods>
