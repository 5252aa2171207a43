import type { ApplicationKind, ApplicationSettings } from '../services/application.js'

/** The options of `apps add` and `apps change`; false takes away. */
export interface SettingOptions {
  name?: string
  redirectUri?: string[] | false
  confidential?: boolean
  public?: boolean
  proxy?: boolean
  everyone?: boolean
  group?: string[]
  allowHttp?: boolean
  postLogoutRedirectUri?: string[] | false
  backchannelLogoutUri?: string | false
  openUrl?: string | false
  logoUrl?: string | false
  description?: string | false
  usernameClaim?: 'handle' | 'username'
  refreshTokens?: boolean
  scope?: string[] | false
}

/** The settings that these options give, and no others. */
export function settingsGiven(options: SettingOptions): Partial<ApplicationSettings> {
  const { name, usernameClaim, refreshTokens, backchannelLogoutUri, openUrl, logoUrl, description } = options
  const kind = kindGiven(options)
  const access = options.everyone ? 'everyone' : options.group
  const redirectUris = listGiven(options.redirectUri)
  const postLogoutRedirectUris = listGiven(options.postLogoutRedirectUri)
  const scopes = listGiven(options.scope)
  return {
    ...(name !== undefined && { name }),
    ...(kind !== undefined && { kind }),
    ...(redirectUris !== undefined && { redirectUris }),
    ...(postLogoutRedirectUris !== undefined && { postLogoutRedirectUris }),
    ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri: backchannelLogoutUri || null }),
    ...(openUrl !== undefined && { openUrl: openUrl || null }),
    ...(logoUrl !== undefined && { logoUrl: logoUrl || null }),
    ...(description !== undefined && { description: description || null }),
    ...(access !== undefined && { access }),
    ...(usernameClaim !== undefined && { usernameClaim }),
    ...(refreshTokens !== undefined && { refreshTokens }),
    ...(scopes !== undefined && { scopes }),
  }
}

function kindGiven(options: SettingOptions): ApplicationKind | undefined {
  if (options.confidential) return 'confidential'
  if (options.public) return 'public'
  return options.proxy ? 'proxy' : undefined
}

function listGiven(list: string[] | false | undefined): string[] | undefined {
  return list === false ? [] : list
}
