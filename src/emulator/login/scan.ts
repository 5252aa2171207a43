import { type Request, type Response, Router } from 'express'
import type { Directory } from '../directory.js'
import type { Journal } from '../journal.js'
import { pageHeaders, sendPage } from '../page-answers.js'
import { choosePersonPage, confirmPage, phoneMessagePage } from '../pages/phone-pages.js'
import { textsFor } from '../pages/texts.js'
import type { Consent } from './consent.js'
import type { Ticket, Tickets } from './tickets.js'

export interface ScanParts {
  consent: Consent
  directory: Directory
  journal: Journal
  tickets: Tickets
}

/** What a scanned code opens: the phone. And what the waiting desktop asks meanwhile. */
export function scanRoutes({ consent, directory, journal, tickets }: ScanParts): Router {
  const router = Router()
  router.use('/scan', pageHeaders("'none'"))

  router.get('/scan/:ticket/status', (req, res) => {
    const { status, decision } = tickets.statusOf(req.params.ticket)
    res.json({ status, ...decision?.next })
  })

  router.get('/scan/:ticket', (req, res) => {
    const ticket = openTicket(req, res, req.params.ticket)
    if (!ticket) return
    tickets.markScanned(ticket.id)
    journal.record('scan', 'ok', req)
    sendPage(res, choosePersonPage(textsFor(req), ticket, directory.all()))
  })

  router.get('/scan/:ticket/as/:person', (req, res, next) => {
    const ticket = openTicket(req, res, req.params.ticket)
    const person = directory.find(req.params.person)
    if (!ticket) return
    if (!person) return next()
    sendPage(res, confirmPage(textsFor(req), ticket, person))
  })

  router.get('/scan/:ticket/as/:person/:answer', (req, res, next) => {
    const { answer } = req.params
    const ticket = openTicket(req, res, req.params.ticket)
    const person = directory.find(req.params.person)
    if (!ticket) return
    if (!person || (answer !== 'agree' && answer !== 'refuse')) return next()
    const { request, display } = ticket
    const decision = answer === 'agree' ? consent.agree(request, display, person.id) : consent.refuse(request, display)
    tickets.decide(ticket.id, decision)
    journal.record('consent', decision.outcome, req, person.id)
    sendPage(res, phoneMessagePage(textsFor(req), messages[decision.status]))
  })
  return router

  /** A ticket that still waits; else the phone is told why not. */
  function openTicket(req: Request, res: Response, id: string): Ticket | undefined {
    const ticket = tickets.find(id)
    if (ticket && tickets.isOpen(id)) return ticket
    const isExpired = tickets.statusOf(id).status === 'expired'
    journal.record('scan', isExpired ? 'expired' : 'used', req)
    sendPage(res, phoneMessagePage(textsFor(req), isExpired ? 'phoneExpired' : 'phoneUsed'), 410)
    return undefined
  }
}

const messages = {
  agreed: 'phoneAgreed',
  refused: 'phoneRefused',
  'not-in-organisation': 'not-in-organisation',
} as const
