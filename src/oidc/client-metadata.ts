import { hash } from 'node:crypto'
import type { AdapterPayload, Client } from 'oidc-provider'
import type { Application, ApplicationRows } from '../services/application.js'
import { fitsSecret } from '../services/application-secret.js'
import { BaseAdapter } from './base-adapter.js'

/** What an id can look like: databases refuse odd characters in their own ways. */
const APPLICATION_ID = /^[a-z0-9][a-z0-9-]{0,62}$/

/** What the provider does not know of a client by itself; it stands behind the name of each. */
export const OWN_METADATA = ['application'] as const

/** An application as OpenID's client metadata: https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata */
export function clientMetadataOf(application: Application): AdapterPayload {
  const { id, name, kind, redirectUris, postLogoutRedirectUris, backchannelLogoutUri, refreshTokens } = application
  return {
    client_id: id,
    client_name: name,
    application_type: 'web',
    token_endpoint_auth_method: kind === 'public' ? 'none' : 'client_secret_basic',
    // Only there because the provider asks for one: `fitsClient` compares, and HS256 is switched off.
    ...(kind === 'confidential' && { client_secret: application.secretHash ?? '' }),
    grant_types: ['authorization_code', ...(refreshTokens ? ['refresh_token'] : [])],
    response_types: ['code'],
    redirect_uris: redirectUris,
    post_logout_redirect_uris: postLogoutRedirectUris,
    ...(backchannelLogoutUri !== null && {
      backchannel_logout_uri: backchannelLogoutUri,
      // Without it a logout token names the person alone, and the end of one browser's session would end all.
      backchannel_logout_session_required: true,
    }),
    scope: ['openid', 'profile', 'email', 'groups', 'offline_access', ...application.scopes].join(' '),
    application,
  }
}

/** The application behind one of the provider's clients. */
export function applicationOf(client: Client): Application {
  return client.application as Application
}

/** Whether this is the client's secret, or the one that it had until a moment ago. */
export function fitsClient(client: Client, secret: string, now: number): boolean {
  return fitsSecret(applicationOf(client), secret, now)
}

/** What the provider reads its clients from: the applications as they are at this moment. */
export class ClientAdapter extends BaseAdapter {
  readonly #applications: Pick<ApplicationRows, 'find'>
  readonly #metadata = new WeakMap<Application, AdapterPayload>()

  constructor(applications: Pick<ApplicationRows, 'find'>) {
    super()
    this.#applications = applications
  }

  /** A host behind a proxy is none that speaks OpenID. */
  override async find(id: string): Promise<AdapterPayload | undefined> {
    if (!APPLICATION_ID.test(id)) return undefined
    const application = await this.#applications.find(id)
    return application && application.kind !== 'proxy' ? this.#metadataOf(application) : undefined
  }

  /** Made once while the application is the same. */
  #metadataOf(application: Application): AdapterPayload {
    const metadata = this.#metadata.get(application) ?? withShortJson(clientMetadataOf(application))
    this.#metadata.set(application, metadata)
    return metadata
  }
}

/** The provider knows its clients again by the hash of their metadata's JSON, which it would write out for each request. */
function withShortJson(metadata: AdapterPayload): AdapterPayload {
  const digest = hash('sha256', JSON.stringify(metadata))
  return Object.defineProperty(metadata, 'toJSON', { value: () => digest })
}
