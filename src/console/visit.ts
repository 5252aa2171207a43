import type { Request, Response } from 'express'
import type { Html } from '../pages/html.js'
import type { Language } from '../pages/texts.js'
import type { Actor } from '../services/audit-trail.js'
import type { User } from '../services/ports.js'

/** The parts of the console, in the order of its navigation. */
export const sections = ['overview', 'people', 'applications', 'groups', 'trail', 'settings'] as const
export type Section = (typeof sections)[number]

/** An administrator's request, after every check of who it is. */
export interface Visit {
  req: Request
  res: Response
  administrator: User
  /** The same for the audit trail: `ctx.audit.as(visit.actor)`. */
  actor: Actor
  language: Language
  query: URLSearchParams
  /** The part of the path that the route names so. */
  param(name: string): string
  /** An address of the console in the language of this page. */
  href(path: string, parameters?: Record<string, string | undefined>): string
  /** The hidden field that each form needs. */
  token: Html
}

/** What the console shows. */
export interface Screen {
  section: Section
  title: string
  content: Html
  /** 200 where it is not said. */
  status?: number
  /** Addresses of pictures in it. */
  images?: readonly (string | null | undefined)[]
  /** The name in `assets` of a script that it gains from; it works without. */
  script?: string
}

/** What follows a change: the page to go to, or a page that is shown now alone, such as one with a new secret. */
export type Outcome = Screen | { to: string }

/** What was typed into a form. */
export type Form = URLSearchParams
