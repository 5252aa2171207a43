import { hash } from 'node:crypto'
import { apps } from './styles/apps.js'
import { base } from './styles/base.js'
import { charts } from './styles/charts.js'
import { components } from './styles/components.js'
import { consoleStyle } from './styles/console.js'
import { formsAndTables } from './styles/forms-and-tables.js'
import { login } from './styles/login.js'
import { tokens } from './styles/tokens.js'

/** A stylesheet that is sent inside of its page, so that a page is one request. */
export interface Stylesheet {
  readonly css: string
  /** Admits this stylesheet, and no other, into a Content-Security-Policy. */
  readonly hash: string
}

/** Of the pages that everybody sees. */
export const stylesheet = join(tokens, base, components, login)

/** Of the page of the applications. */
export const appsStylesheet = join(tokens, base, components, apps)

/** Of the operator's console. */
export const consoleStylesheet = join(tokens, base, components, formsAndTables, consoleStyle, charts)

function join(...blocks: string[]): Stylesheet {
  const css = blocks.join('')
  return { css, hash: `sha256-${hash('sha256', css, 'base64')}` }
}
