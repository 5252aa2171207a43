import type { Application } from '../services/application.js'
import { openidPaths } from '../services/openid-paths.js'
import { type PasteParts, pastePrograms } from './paste-programs.js'
import type { PasteTarget } from './paste-targets.js'

interface Facts {
  /** PUBLIC_URL. */
  issuer: string
  application: Pick<Application, 'id' | 'kind' | 'redirectUris' | 'scopes' | 'refreshTokens'>
  /** Where it is known: a moment after it was made. */
  secret?: string | undefined
}

/** The settings to paste into a program. */
export interface Paste {
  text: string
  /** How a redirect URI has to end that the application does not have yet. */
  missingCallback: string | undefined
  /** What else has to be known. */
  notes: readonly string[]
}

const SECRET = 'THE-SECRET-THAT-WAS-SHOWN-ONCE'
const HOME = 'https://YOUR-HOST'

/** The settings to paste into a program, and what else has to be known, as one text. */
export function pasteText(target: PasteTarget, facts: Facts): string {
  const { text, missingCallback, notes } = pasteOf(target, facts)
  const missing =
    missingCallback === undefined
      ? []
      : [`The application has no redirect URI that ends in ${missingCallback}: change that.`]
  return [text, '', ...[...missing, ...notes].map((note) => `# ${note}`)].join('\n')
}

/** The same in its parts. */
export function pasteOf(target: PasteTarget, facts: Facts): Paste {
  const { callback, text, notes } = pastePrograms[target]
  const redirectUri = facts.application.redirectUris.find((uri) => uri.endsWith(callback))
  return {
    text: text(partsOf(facts, redirectUri ?? HOME + callback, callback)),
    missingCallback: redirectUri === undefined ? callback : undefined,
    notes,
  }
}

function partsOf({ issuer, application, secret = SECRET }: Facts, redirectUri: string, callback: string): PasteParts {
  const { id, kind, scopes, refreshTokens } = application
  return {
    issuer,
    id,
    secret: kind === 'public' ? '' : secret,
    scopes: ['openid', 'profile', 'email', 'groups', ...scopes, ...(refreshTokens ? ['offline_access'] : [])],
    redirectUri,
    home: redirectUri.slice(0, redirectUri.length - callback.length),
    refreshTokens,
    endpoint: (name) => issuer + openidPaths[name],
  }
}
