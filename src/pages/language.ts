import type { Request } from 'express'
import { languageParam } from '../api/queries.js'
import { queryOf } from '../api/read-query.js'
import type { Language } from './texts.js'

/** `?lang=` where it names a language that we have, else what the browser prefers, else English. */
export function languageOf(req: Request): Language {
  const asked = languageParam.safeParse(queryOf(req).get('lang')).data
  return asked ?? (req.acceptsLanguages(['en', 'zh']) === 'zh' ? 'zh' : 'en')
}
