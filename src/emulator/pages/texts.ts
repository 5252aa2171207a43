import type { Request } from 'express'
import { en } from './texts.en.js'
import { zh } from './texts.zh.js'

/** Every text of the pages, in one language. */
export type Texts = typeof zh

/** Chinese where the browser prefers it, else English. */
export function textsFor(req: Request): Texts {
  return req.acceptsLanguages('en', 'zh') === 'zh' ? zh : en
}
