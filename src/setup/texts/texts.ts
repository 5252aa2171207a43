import type { Language } from '../../pages/texts.js'
import { en } from './en.js'
import type { SetupTexts } from './shape.js'
import { zh } from './zh.js'

/** Every text of `setup`, by language. */
export const setupTexts: Record<Language, SetupTexts> = { en, zh }
