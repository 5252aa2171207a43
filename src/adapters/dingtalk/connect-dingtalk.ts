import type { Metrics } from '../../metrics.js'
import type { Directory } from '../../services/directory.js'
import type { DingTalkFlow } from '../../services/ports.js'
import { AppToken } from './app-token.js'
import { DingTalkClient } from './client.js'
import { DingTalkDirectory } from './directory.js'
import { Oauth2Flow } from './oauth2.js'
import { QrconnectFlow } from './qrconnect.js'

interface Options {
  flow: 'qrconnect' | 'oauth2'
  appId: string
  appSecret: string
  loginUrl: string
  oapiUrl: string
  apiUrl: string
  timeoutMs: number
  /** The application that reads the directory. */
  directory: { appKey: string; appSecret: string }
  now?: () => number
  /** Told when DingTalk stops responding to an API, and when it responds again. */
  onChange?: (call: string, isAway: boolean) => void
  metrics?: Metrics | undefined
}

/** The chosen login flow and the organisation's directory, over one client. */
export function connectDingTalk(options: Options): { flow: DingTalkFlow; directory: Directory; close(): void } {
  const { appId, appSecret, loginUrl, oapiUrl, apiUrl, timeoutMs, now = Date.now, onChange, metrics } = options
  const client = new DingTalkClient({ timeoutMs, metrics, now, onChange })
  const { appKey, appSecret: directorySecret } = options.directory
  const token = new AppToken({ client, oapiUrl, appKey, appSecret: directorySecret, now })
  return {
    flow:
      options.flow === 'oauth2'
        ? new Oauth2Flow({ client, appId, appSecret, loginUrl, apiUrl })
        : new QrconnectFlow({ client, appId, appSecret, loginUrl, oapiUrl, now }),
    directory: new DingTalkDirectory({ client, oapiUrl, token }),
    close: () => client.close(),
  }
}
