import type { Config } from '../../config/config.js'
import type { Metrics } from '../../metrics.js'
import type { DingTalkFlow, Directory } from '../../services/ports.js'
import { AppToken } from './app-token.js'
import { DingTalkClient } from './client.js'
import { DingTalkDirectory } from './directory.js'
import { Oauth2Flow } from './oauth2.js'
import { QrconnectFlow } from './qrconnect.js'

interface Options {
  now?: () => number
  /** Told when DingTalk stops answering an API, and when it answers again. */
  onChange?: (call: string, isAway: boolean) => void
  metrics?: Metrics | undefined
}

/** The flow that DINGTALK_FLOW chose, and the organisation's directory, over one client. */
export function connectDingTalk(
  { dingtalk, membership }: Pick<Config, 'dingtalk' | 'membership'>,
  { now = Date.now, onChange, metrics }: Options = {},
): { flow: DingTalkFlow; directory: Directory; close(): void } {
  const { oapiUrl, timeoutMs } = dingtalk
  const client = new DingTalkClient({ timeoutMs, metrics, now, ...(onChange && { onChange }) })
  const token = new AppToken({ client, oapiUrl, appKey: membership.appKey, appSecret: membership.appSecret, now })
  return {
    flow:
      dingtalk.flow === 'oauth2'
        ? new Oauth2Flow({ client, ...dingtalk })
        : new QrconnectFlow({ client, ...dingtalk, now }),
    directory: new DingTalkDirectory({ client, oapiUrl, token }),
    close: () => client.close(),
  }
}
