import { type Request, type RequestHandler, type Response, Router } from 'express'
import { choosePersonPage, confirmPage, phoneMessagePage } from '../pages/phone-pages.js'
import { pageHeaders, sendPage } from '../pages/send-page.js'
import { textsFor } from '../pages/texts.js'
import type { Parts } from '../parts.js'
import type { Ticket } from './tickets.js'

type OnTicket = { ticket: string }
type OnPerson = OnTicket & { person: string }
type OnChoice = OnPerson & { choice: string }

/** The phone's pages, which a scanned code opens, and the status that the desktop asks for meanwhile. */
export function scanRoutes(parts: Parts): Router {
  const router = Router()
  router.use('/scan', pageHeaders("'none'"))
  router.get('/scan/:ticket/status', tellStatus(parts))
  router.get('/scan/:ticket', choosePerson(parts))
  router.get('/scan/:ticket/as/:person', confirm(parts))
  router.get('/scan/:ticket/as/:person/:choice', decide(parts))
  return router
}

function tellStatus({ tickets }: Parts): RequestHandler<OnTicket> {
  return (req, res) => {
    const { status, decision } = tickets.statusOf(req.params.ticket)
    res.json({ status, ...decision?.next })
  }
}

function choosePerson(parts: Parts): RequestHandler<OnTicket> {
  const { journal, people, tickets } = parts
  return (req, res) => {
    const ticket = openTicket(parts, req, res)
    if (!ticket) return
    tickets.markScanned(ticket.id)
    journal.record('scan', 'ok', req)
    sendPage(res, choosePersonPage(textsFor(req), ticket, people.all()))
  }
}

function confirm(parts: Parts): RequestHandler<OnPerson> {
  return (req, res, next) => {
    const ticket = openTicket(parts, req, res)
    if (!ticket) return
    const person = parts.people.find(req.params.person)
    if (!person) return next()
    sendPage(res, confirmPage(textsFor(req), ticket, person))
  }
}

function decide(parts: Parts): RequestHandler<OnChoice> {
  const { consent, journal, people, tickets } = parts
  return (req, res, next) => {
    const ticket = openTicket(parts, req, res)
    if (!ticket) return
    const { choice } = req.params
    const person = people.find(req.params.person)
    if (!person || (choice !== 'agree' && choice !== 'refuse')) return next()
    const { request, display } = ticket
    const decision = choice === 'agree' ? consent.agree(request, display, person.id) : consent.refuse(request, display)
    tickets.decide(ticket.id, decision)
    journal.record('consent', decision.outcome, req, person.id)
    sendPage(res, phoneMessagePage(textsFor(req), messages[decision.status]))
  }
}

const messages = {
  agreed: 'phoneAgreed',
  refused: 'phoneRefused',
  'not-in-organisation': 'not-in-organisation',
} as const

/** The ticket where it still waits; otherwise the phone is told why it does not. */
function openTicket({ journal, tickets }: Parts, req: Request<OnTicket>, res: Response): Ticket | undefined {
  const id = req.params.ticket
  const ticket = tickets.find(id)
  if (ticket && tickets.isOpen(id)) return ticket
  const isExpired = tickets.statusOf(id).status === 'expired'
  journal.record('scan', isExpired ? 'expired' : 'used', req)
  sendPage(res, phoneMessagePage(textsFor(req), isExpired ? 'phoneExpired' : 'phoneUsed'), 410)
  return undefined
}
