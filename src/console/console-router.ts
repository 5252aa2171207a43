import { type Request, type RequestHandler, type Response, Router } from 'express'
import { readFormText } from '../api/read-form.js'
import { redirect } from '../api/redirect.js'
import type { Context } from '../context.js'
import { AppError, OperatorError } from '../errors.js'
import { languageOf } from '../pages/language.js'
import { inOtherLanguage } from '../pages/other-language.js'
import { sendPage } from '../pages/send-page.js'
import { consoleStylesheet } from '../pages/stylesheet.js'
import { isInDingTalk } from '../routes/in-client.js'
import { elsewherePage } from './elsewhere.js'
import { Gate } from './gate.js'
import { lateFormPage } from './late-form.js'
import { refusedChange } from './refused-change.js'
import { shell } from './shell.js'
import type { Form, Outcome, Screen, Visit } from './visit.js'

/** Far more than a form of ours holds. */
const MAX_FORM_BYTES = 16 * 1024

type Show = (visit: Visit) => Screen | Promise<Screen>
type Change = (visit: Visit, form: Form) => Outcome | Promise<Outcome>
type Stream = (visit: Visit) => Promise<void>

/** The addresses of the console: each is behind the same checks, which stand here alone. */
export class ConsoleRouter {
  readonly router = Router({ caseSensitive: true })
  readonly #ctx: Context
  readonly #gate: Gate

  constructor(ctx: Context) {
    this.#ctx = ctx
    this.#gate = new Gate(ctx)
  }

  /** A page at this path, such as `/admin/people/:id`. */
  page(path: string, show: Show): void {
    this.#add(path, 'GET', async (req, res) => {
      const arrival = await this.#gate.arrive(req, res)
      if (arrival.kind === 'stranger') return this.#sendToLogin(req, res)
      this.#send(arrival.visit, await show(arrival.visit))
    })
  }

  /** A download at this path, which writes the response itself. */
  download(path: string, stream: Stream): void {
    this.#add(path, 'GET', async (req, res) => {
      const arrival = await this.#gate.arrive(req, res)
      if (arrival.kind === 'stranger') return this.#sendToLogin(req, res)
      await stream(arrival.visit)
    })
  }

  /** A change, sent by a form to this path: from our own origin, with the token of this visit. */
  change(path: string, change: Change): void {
    this.#add(path, 'POST', async (req, res) => {
      // First of all: to others there is nothing here, wherever they come from.
      const arrival = await this.#gate.arrive(req, res)
      this.#ctx.crossOrigin.ownPages.requireKnownOrigin(req)
      const form = new URLSearchParams(await readFormText(req, MAX_FORM_BYTES))
      const token = form.get('token') ?? ''
      form.delete('token')
      const { consolePasses } = this.#ctx
      if (arrival.kind === 'stranger' || !consolePasses.isFormToken(token, arrival.pass))
        return this.#sendLate(req, res, form, arrival.kind === 'visit' ? arrival.visit : undefined)
      const outcome = await this.#carryOut(change, arrival.visit, form)
      if ('to' in outcome) res.status(303).set('Location', outcome.to).end()
      else this.#send(arrival.visit, outcome)
    })
  }

  #add(path: string, method: 'GET' | 'POST', handler: RequestHandler): void {
    const isIt = (req: Request) => req.method === method || (req.method === 'HEAD' && method === 'GET')
    this.router.all(path, (req, res, next) => (isIt(req) ? handler(req, res, next) : next()))
  }

  async #carryOut(change: Change, visit: Visit, form: Form): Promise<Outcome> {
    try {
      return await change(visit, form)
    } catch (error) {
      if (error instanceof OperatorError) return refusedChange(visit, error.message)
      throw error
    }
  }

  #send(visit: Visit, screen: Screen): void {
    const { brand } = this.#ctx.config
    const images = [brand.logoUrl, visit.administrator.avatarUrl, ...(screen.images ?? [])]
    visit.res.status(screen.status ?? 200)
    sendPage(visit.res, shell({ visit, screen, brand }), {
      own: true,
      images,
      forms: ["'self'"],
      sheet: consoleStylesheet,
    })
  }

  #sendToLogin(req: Request, res: Response): void {
    if (!isInDingTalk(req)) {
      redirect(res, this.#gate.loginUrl(req.originalUrl))
      return
    }
    const { brand, publicUrl } = this.#ctx.config
    const address = `${publicUrl}${req.originalUrl}`
    res.status(403)
    sendPage(
      res,
      elsewherePage({ language: languageOf(req), brand, otherLanguageUrl: inOtherLanguage(req), address }),
      { own: true, images: [brand.logoUrl] },
    )
  }

  #sendLate(req: Request, res: Response, form: Form, visit: Visit | undefined): void {
    const { brand } = this.#ctx.config
    const loginUrl = visit ? undefined : this.#gate.loginUrl('/admin')
    const late = { language: languageOf(req), brand, form, action: req.originalUrl, token: visit?.token, loginUrl }
    res.status(403)
    sendPage(res, lateFormPage(late), {
      own: true,
      images: [brand.logoUrl],
      forms: ["'self'"],
      sheet: consoleStylesheet,
    })
  }
}

/** What is below `/admin` and nothing of ours: the same to everybody, but for who is not signed in. */
export function nothingThere(): never {
  throw new AppError('not_found')
}
