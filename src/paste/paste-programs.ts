import type { openidPaths } from '../services/openid-paths.js'
import type { PasteTarget } from './paste-targets.js'

/** What a text is made of. */
export interface PasteParts {
  /** PUBLIC_URL. */
  issuer: string
  id: string
  /** Stands for the secret, which was shown once; empty where the application has none. */
  secret: string
  scopes: string[]
  /** The redirect URI that the program will send. */
  redirectUri: string
  /** The program's own address, without a slash at the end. */
  home: string
  refreshTokens: boolean
  endpoint: (name: keyof typeof openidPaths) => string
}

interface PasteProgram {
  /** How the redirect URI of this program ends; empty where it may be any. */
  callback: string
  text: (parts: PasteParts) => string
  /** What else has to be known. */
  notes: string[]
}

const NEEDS_EMAIL = 'It lets nobody in who has no e-mail: people without a work e-mail get one by EMAIL_DOMAIN.'

const lines = (...all: (string | false)[]) => all.filter((line) => line !== false).join('\n')

/** What each program wants to be told, in its own words. */
export const pastePrograms: Record<PasteTarget, PasteProgram> = {
  grafana: {
    callback: '/login/generic_oauth',
    text: ({ id, secret, scopes, endpoint, home, refreshTokens }) =>
      lines(
        '# grafana.ini',
        '[auth.generic_oauth]',
        'enabled = true',
        'name = DingTalk',
        `client_id = ${id}`,
        secret !== '' && `client_secret = ${secret}`,
        `scopes = ${scopes.join(' ')}`,
        `auth_url = ${endpoint('authorization')}`,
        `token_url = ${endpoint('token')}`,
        `api_url = ${endpoint('userinfo')}`,
        'use_pkce = true',
        'login_attribute_path = preferred_username',
        'name_attribute_path = name',
        'groups_attribute_path = groups',
        `use_refresh_token = ${refreshTokens}`,
        `signout_redirect_url = ${endpoint('endSession')}?post_logout_redirect_uri=${encodeURIComponent(`${home}/login`)}`,
      ),
    notes: [NEEDS_EMAIL, 'The address after a logout has to be one of the application’s --post-logout-redirect-uri.'],
  },
  gitlab: {
    callback: '/users/auth/openid_connect/callback',
    text: ({ issuer, id, secret, scopes, redirectUri }) =>
      lines(
        '# /etc/gitlab/gitlab.rb',
        "gitlab_rails['omniauth_allow_single_sign_on'] = ['openid_connect']",
        "gitlab_rails['omniauth_block_auto_created_users'] = false",
        "gitlab_rails['omniauth_providers'] = [",
        '  {',
        "    name: 'openid_connect',",
        "    label: 'DingTalk',",
        '    args: {',
        "      name: 'openid_connect',",
        `      scope: [${scopes.map((scope) => `'${scope}'`).join(', ')}],`,
        "      response_type: 'code',",
        `      issuer: '${issuer}',`,
        '      discovery: true,',
        "      client_auth_method: 'basic',",
        "      uid_field: 'sub',",
        '      pkce: true,',
        '      client_options: {',
        `        identifier: '${id}',`,
        secret !== '' && `        secret: '${secret}',`,
        `        redirect_uri: '${redirectUri}'`,
        '      }',
        '    }',
        '  }',
        ']',
      ),
    notes: ['Who has no e-mail is asked for one at the first login, unless EMAIL_DOMAIN gives it.'],
  },
  harbor: {
    callback: '/c/oidc/callback',
    text: ({ issuer, id, secret, scopes }) =>
      lines(
        '# Administration > Configuration > Authentication',
        'Auth Mode:            OIDC',
        'OIDC Provider Name:   DingTalk',
        `OIDC Endpoint:        ${issuer}`,
        `OIDC Client ID:       ${id}`,
        secret !== '' && `OIDC Client Secret:   ${secret}`,
        'Group Claim Name:     groups',
        `OIDC Scope:           ${scopes.join(',')}`,
        'Verify Certificate:   yes',
        'Automatic onboarding: yes',
        'Username Claim:       preferred_username',
      ),
    notes: ['Two people without an e-mail may be taken for one: EMAIL_DOMAIN gives everybody one.'],
  },
  outline: {
    callback: '/auth/oidc.callback',
    text: ({ id, secret, scopes, endpoint }) =>
      lines(
        '# .env',
        `OIDC_CLIENT_ID=${id}`,
        secret !== '' && `OIDC_CLIENT_SECRET=${secret}`,
        `OIDC_AUTH_URI=${endpoint('authorization')}`,
        `OIDC_TOKEN_URI=${endpoint('token')}`,
        `OIDC_USERINFO_URI=${endpoint('userinfo')}`,
        `OIDC_LOGOUT_URI=${endpoint('endSession')}`,
        'OIDC_USERNAME_CLAIM=preferred_username',
        'OIDC_DISPLAY_NAME=DingTalk',
        `OIDC_SCOPES="${scopes.join(' ')}"`,
      ),
    notes: [NEEDS_EMAIL, 'It tells teams by the domain of the e-mail: all people need the same one.'],
  },
  nextcloud: {
    callback: '/apps/user_oidc/code',
    text: ({ id, secret, scopes, endpoint }) =>
      lines(
        '# With the app user_oidc:',
        'occ user_oidc:provider DingTalk \\',
        `  --clientid='${id}' \\`,
        secret !== '' && `  --clientsecret='${secret}' \\`,
        `  --discoveryuri='${endpoint('discovery')}' \\`,
        `  --scope='${scopes.join(' ')}' \\`,
        '  --unique-uid=0 --mapping-uid=preferred_username \\',
        '  --mapping-display-name=name --mapping-email=email \\',
        '  --group-provisioning=1 --mapping-groups=groups',
      ),
    notes: ['Its --backchannel-logout-uri ends in /apps/user_oidc/backchannel-logout/DingTalk.'],
  },
  argocd: {
    callback: '/auth/callback',
    text: ({ issuer, id, secret, scopes, home }) =>
      lines(
        '# ConfigMap argocd-cm',
        'data:',
        `  url: ${home}`,
        '  oidc.config: |',
        '    name: DingTalk',
        `    issuer: ${issuer}`,
        `    clientID: ${id}`,
        secret !== '' && '    clientSecret: $oidc.dingtalk.clientSecret',
        secret === '' && '    enablePKCEAuthentication: true',
        `    requestedScopes: [${scopes.join(', ')}]`,
        ...(secret === '' ? [] : ['# Secret argocd-secret', 'stringData:', `  oidc.dingtalk.clientSecret: ${secret}`]),
        '# ConfigMap argocd-rbac-cm',
        'data:',
        "  scopes: '[groups]'",
      ),
    notes: ['Its command line is an application of its own: --public, with http://localhost:8085/auth/callback.'],
  },
  'oauth2-proxy': {
    callback: '/oauth2/callback',
    text: ({ issuer, id, secret, scopes, redirectUri }) =>
      lines(
        '# oauth2-proxy.cfg',
        'provider = "oidc"',
        'provider_display_name = "DingTalk"',
        `oidc_issuer_url = "${issuer}"`,
        `client_id = "${id}"`,
        secret !== '' && `client_secret = "${secret}"`,
        `redirect_url = "${redirectUri}"`,
        `scope = "${scopes.join(' ')}"`,
        'oidc_groups_claim = "groups"',
        'code_challenge_method = "S256"',
        'email_domains = ["*"]',
      ),
    notes: [NEEDS_EMAIL, 'Where nobody needs one: oidc_email_claim = "preferred_username".'],
  },
  mod_auth_openidc: {
    callback: '',
    text: ({ id, secret, scopes, redirectUri, endpoint }) =>
      lines(
        '# Apache',
        `OIDCProviderMetadataURL ${endpoint('discovery')}`,
        `OIDCClientID ${id}`,
        secret !== '' && `OIDCClientSecret ${secret}`,
        `OIDCRedirectURI ${redirectUri}`,
        `OIDCScope "${scopes.join(' ')}"`,
        'OIDCRemoteUserClaim preferred_username',
        'OIDCPKCEMethod S256',
        'OIDCCryptoPassphrase A-RANDOM-TEXT-OF-YOUR-OWN',
      ),
    notes: ['Its --backchannel-logout-uri is the redirect URI with ?logout=backchannel.'],
  },
}
