import { decodeJwt } from 'jose'
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { currentRequest } from './openid-request.js'

/** What the browser was when it was sent to log in. */
export type LoginDetails = {
  /** The session in which a login anew was asked for. */
  session?: string
}

const { Check, Prompt, base } = interactionPolicy

/**
 * Whoever is signed in must be the person of the application's `id_token_hint`. The library's own check looks at the
 * beginning of a request alone, where the hint's signature is verified, and not once a login has come in between.
 */
const expectedPerson = new Check('id_token_hint', 'somebody else is signed in', 'login_required', ({ oidc }) => {
  const hint = oidc.params?.id_token_hint
  return typeof hint === 'string' && decodeJwt(hint).sub !== oidc.session?.accountId
})

/**
 * What a request is stopped for: a login, and nothing else. The applications are the organisation's own: `consent` may
 * be asked for, as some do for a refresh token, and is given.
 */
export function createPolicy() {
  const policy = base()
  const usual = policy.get('login')
  const consent = policy.get('consent')
  if (!usual || !consent) throw new Error('the provider has other prompts')
  const checks = [...usual.checks].filter(({ reason }) => reason !== 'login_prompt' && reason !== 'id_token_hint')
  const login = new Prompt({ name: 'login', requestable: true }, detailsOf, ...checks, expectedPerson)
  consent.checks.clear()
  policy.clear()
  policy.add(login)
  policy.add(consent)

  /** Whether the person has to log in, or once more, before this request goes on. */
  async function asksForLogin(ctx: KoaContextWithOIDC): Promise<boolean> {
    for (const { check } of login.checks) {
      const asks = check(ctx)
      if (asks instanceof Promise ? await asks : asks) return true
    }
    return false
  }

  return { policy, asksForLogin }
}

function detailsOf(): Promise<LoginDetails> {
  const session = currentRequest().live?.info.id
  return Promise.resolve(session === undefined ? {} : { session })
}
