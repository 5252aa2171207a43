import type { Request } from 'express'
import { languageParam } from '../api/queries.js'
import { queryOf } from '../api/read-query.js'
import type { Language } from './texts.js'

/**
 * `?lang=` where it names a language that we have, else the first of an application's `ui_locales` that we have, else
 * what the browser prefers, else English.
 */
export function languageOf(req: Request): Language {
  const query = queryOf(req)
  const asked = [query.get('lang'), ...(query.get('ui_locales')?.split(' ').map(primaryTag) ?? [])]
  const known = asked.map((language) => languageParam.safeParse(language).data).find((language) => language)
  return known ?? (req.acceptsLanguages(['en', 'zh']) === 'zh' ? 'zh' : 'en')
}

/** `zh` of `zh-Hans-CN`. */
function primaryTag(tag: string): string {
  return tag.split('-', 1)[0]?.toLowerCase() ?? ''
}
