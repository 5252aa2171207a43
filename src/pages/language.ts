import type { Request } from 'express'
import { queryOf } from '../query.js'
import type { Language } from './texts.js'

/** `?lang=` where it names a language that we have, else what the browser prefers, else English. */
export function languageOf(req: Request): Language {
  const asked = queryOf(req).get('lang')
  if (asked === 'en' || asked === 'zh') return asked
  return req.acceptsLanguages(['en', 'zh']) === 'zh' ? 'zh' : 'en'
}
