import { isPlaceholder, refuseOddity } from './oddities.js'

/** The application that the emulator knows: production refuses it. */
export const EMULATOR_APP = { id: 'dingemulator', secret: 'emulator-secret' } as const
/** The secret that `.env.example` carries, so that a copy of it runs: production refuses it. */
const EXAMPLE_SECRET = 'only-for-development-replace-this-in-production'

/** One secret that signs cookies. */
export function sessionSecret(production: boolean) {
  return (secret: string): string => {
    if (isPlaceholder(secret)) throw new Error('holds a placeholder: use `openssl rand -hex 32`')
    if (secret.length < 32) throw new Error('each secret must have at least 32 characters')
    if (production && new Set(secret).size < 8) throw new Error('holds a weak secret: use e.g. `openssl rand -hex 32`')
    if (production && secret === EXAMPLE_SECRET)
      throw new Error("holds the example's secret: use `openssl rand -hex 32`")
    return secret
  }
}

/** An application's id or secret. */
export function appCredential(production: boolean) {
  return (text: string): string => {
    if (isPlaceholder(text)) throw new Error("is a placeholder: DingTalk's console shows the application's own value")
    refuseOddity(text)
    if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('must not hold spaces or characters beyond ASCII')
    if (production && text === EMULATOR_APP.id) throw new Error("is the emulator's application, refused in production")
    return text
  }
}

/** The organisation's id, of which only the form can be judged. */
export function corpId(text: string): string {
  // DingTalk fills in $CORPID$ in addresses of its own alone.
  if (isPlaceholder(text) || /^\$?corpid\$?$/i.test(text))
    throw new Error("is a placeholder: DingTalk's console shows the corpId")
  refuseOddity(text)
  if (!/^[A-Za-z0-9_-]{8,64}$/.test(text)) throw new Error('must be a corpId, such as ding0123456789abcdef')
  return text
}
