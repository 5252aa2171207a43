import { z } from 'zod'
import type { CallbackParams } from '../services/login.js'
import { MAX_REDIRECT_LENGTH } from '../services/redirect-target.js'
import { errorCode } from './responses.js'

const text = z.string({ error: ({ input }) => (input === undefined ? 'is missing' : 'is given twice') })

/** Nothing that DingTalk or this server sends is long, or holds spaces or characters beyond ASCII. */
const plain = text.max(512, 'is too long').regex(/^[\x21-\x7e]+$/, 'is malformed')

/** Where a login is to lead. */
export const redirectQuery = z.object({
  redirect: text.optional().meta({
    description:
      'Where people land: an absolute address on an allowed front end, or a path of `FRONTEND_URL`. Its length is measured percent-encoded.',
    maxLength: MAX_REDIRECT_LENGTH,
  }),
})

/** What DingTalk's redirect carries. The code comes as `code`, as `authCode`, or as both with one value. */
export const callbackQuery = z
  .object({
    state: plain.meta({ description: 'What the login attempt was begun with.' }),
    code: text.optional().meta({
      description:
        "DingTalk's code: at most 512 visible ASCII characters, as `code` or `authCode`; needed without `error`.",
    }),
    authCode: text.optional().meta({ description: 'Another name of `code`; the same where both are given.' }),
    error: text.optional().meta({ description: 'The person said no.' }),
  })
  .transform(({ state, code, authCode, error }, ctx): CallbackParams => {
    if (error) return { state, way: 'scan', declined: true }
    const eitherCode = plain.safeParse(code || authCode)
    if (eitherCode.success && (!code || !authCode || code === authCode))
      return { state, way: 'scan', code: eitherCode.data }
    ctx.addIssue({
      code: 'custom',
      path: ['code'],
      message: 'is missing, too long or malformed, or not that of authCode',
    })
    return z.NEVER
  })

/** What our page inside the DingTalk client sends. */
export const clientCallbackForm = z
  .object({
    state: plain.meta({ description: 'What the login attempt was begun with, on that page.' }),
    inClientCode: plain.meta({ description: "The DingTalk client's code." }),
  })
  .transform(({ state, inClientCode }): CallbackParams => ({ state, way: 'client', code: inClientCode }))

/** Begins the login on DingTalk's own page, also where a page of ours inside the DingTalk client would do it. */
export const wayParam = z
  .literal('page')
  .meta({ description: "Inside the DingTalk client: DingTalk's own page, instead of a login by itself." })

/** Lets browsers keep the module for front ends without asking again. */
export const versionParam = z
  .string()
  .max(64)
  .meta({ description: "This server's version, with which the file may be kept for a year." })

/** Chooses the language of a page. */
export const languageParam = z.enum(['en', 'zh']).meta({ description: "The page's language; else the browser's." })

/** Says on the login page why one is back there. */
export const errorParam = errorCode.meta({ description: 'Why the person is back at the login page.' })

/** The application that a proxy protects. */
export const appParam = z.string().meta({ description: 'The id of the application: who may not use it is refused.' })

/** Sends a person who goes to a page to log in at once, rather than leaving that to the proxy. */
export const loginParam = z.literal('redirect').meta({ description: 'Sends a person who is not signed in to log in.' })

/** Shows those applications alone in which each of its words stands. */
export const searchParam = z
  .string()
  .meta({ description: 'Words that stand in the names or sentences of what is shown.' })

/** Where a list that is too long for a page goes on. */
export const afterParam = z.string().meta({ description: 'The id behind which the page begins.' })
