import type { Request } from 'express'
import { queryOf } from '../api/read-query.js'
import { languageOf } from './language.js'
import { texts } from './texts.js'

/** This page's address with the other language asked for. */
export function inOtherLanguage(req: Request): string {
  const query = queryOf(req)
  query.set('lang', texts[languageOf(req)].otherLanguage.code)
  return `${req.path}?${query}`
}
