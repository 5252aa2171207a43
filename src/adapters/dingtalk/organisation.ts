import { z } from 'zod'
import { DingTalkError } from '../../errors.js'
import type { DingTalkClient } from './client.js'
import { failure } from './response.js'

interface Options {
  client: DingTalkClient
  apiUrl: string
  appKey: string
  appSecret: string
}

/** https://open.dingtalk.com/document/development/api-gettoken */
const response = z.object({ access_token: z.string().min(1) })

const SETTING =
  "DINGTALK_CORP_ID: DingTalk gives the application no token for this organisation, so it is not the application's own"

/**
 * Whether the application is of this organisation: DingTalk has a call that gives it a token there alone. `not said`
 * where a host does not have this call.
 * @throws {DingTalkError}
 */
export async function confirmOrganisation(corpId: string, options: Options): Promise<'confirmed' | 'not said'> {
  const { client, apiUrl, appKey, appSecret } = options
  const call = 'oauth2/token'
  const url = new URL(`/v1.0/oauth2/${encodeURIComponent(corpId)}/token`, apiUrl)
  const body = { client_id: appKey, client_secret: appSecret, grant_type: 'client_credentials' }
  try {
    await client.api({ call, method: 'POST', url, body, response })
    return 'confirmed'
  } catch (error) {
    if (!(error instanceof DingTalkError)) throw error
    const { upstreamCode } = error.failure
    if (upstreamCode === 'InvalidAction.NotFound') return 'not said'
    // The code for another organisation is documented nowhere: any refusal by a code is one.
    if (error.code !== 'dingtalk_misconfigured' && error.code !== 'dingtalk_unreadable') throw error
    throw failure(call, { code: 'dingtalk_misconfigured', setting: SETTING }, upstreamCode)
  }
}
