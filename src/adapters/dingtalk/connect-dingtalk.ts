import type { ClientLogin } from '../../services/client-login.js'
import type { Directory } from '../../services/directory.js'
import type { EventSource } from '../../services/directory-event.js'
import type { Metrics } from '../../services/metrics.js'
import type { DingTalkFlow } from '../../services/ports.js'
import { AppToken } from './app-token.js'
import { DingTalkClient } from './client.js'
import { DingTalkClientLogin } from './client-login.js'
import { DingTalkDirectory } from './directory.js'
import { DirectoryCalls } from './directory-calls.js'
import { Oauth2Flow } from './oauth2.js'
import { confirmOrganisation } from './organisation.js'
import { QrconnectFlow } from './qrconnect.js'

interface Options {
  flow: 'qrconnect' | 'oauth2'
  appId: string
  appSecret: string
  loginUrl: string
  oapiUrl: string
  apiUrl: string
  timeoutMs: number
  /** The application that reads the directory, and exchanges the codes of the DingTalk client. */
  directory: { appKey: string; appSecret: string; recheckMs?: number }
  now?: () => number
  /** Told when DingTalk stops responding to an API, and when it responds again. */
  onChange?: (call: string, isAway: boolean) => void
  metrics?: Pick<Metrics, 'dingtalkCall'> | undefined
}

interface DingTalk {
  flow: DingTalkFlow
  /** The login inside the DingTalk client. */
  clientLogin: ClientLogin
  directory: Directory
  /** Loads what listens to events. */
  events(): Promise<EventSource>
  /**
   * Whether the directory's application is of this organisation.
   * @throws {DingTalkError}
   */
  confirmOrganisation(corpId: string): Promise<'confirmed' | 'not said'>
  /**
   * Opens a connection for events, and closes it at once.
   * @throws {DingTalkError}
   */
  tryEvents(): Promise<void>
  close(): void
}

/** The chosen login flow, that of the DingTalk client, and the organisation's directory, over one HTTP client. */
export function connectDingTalk(options: Options): DingTalk {
  const { appId, appSecret, loginUrl, oapiUrl, apiUrl, timeoutMs, now = Date.now, onChange, metrics } = options
  const client = new DingTalkClient({ timeoutMs, metrics, now, onChange })
  const { appKey, appSecret: directorySecret } = options.directory
  const token = new AppToken({ client, oapiUrl, appKey, appSecret: directorySecret, now })
  const calls = new DirectoryCalls({ client, oapiUrl, token })
  const events = async () => {
    const { DingTalkEvents } = await import('./events.js')
    return new DingTalkEvents({ client, calls, apiUrl, appKey, appSecret: directorySecret, now })
  }
  return {
    flow:
      options.flow === 'oauth2'
        ? new Oauth2Flow({ client, appId, appSecret, loginUrl, apiUrl })
        : new QrconnectFlow({ client, appId, appSecret, loginUrl, oapiUrl, now }),
    clientLogin: new DingTalkClientLogin(calls),
    directory: new DingTalkDirectory({ calls, recheckMs: options.directory.recheckMs, now }),
    events,
    tryEvents: async () => (await events()).tryOnce(),
    confirmOrganisation: (corpId) =>
      confirmOrganisation(corpId, { client, apiUrl, appKey, appSecret: directorySecret }),
    close: () => client.close(),
  }
}
