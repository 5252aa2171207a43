import type { Config } from '../config/config.js'
import { permission } from '../paste/dingtalk-permissions.js'

/** What DingTalk's console has to know for logins inside the DingTalk client; no line where there are none. */
export function inClientInstructions({ publicUrl, dingtalk }: Config): string[] {
  if (!dingtalk.inClient) return []
  return [
    '',
    `For logins inside the DingTalk client, for the application ${dingtalk.inClient.clientId}:`,
    '  capability (应用能力): 网页应用, with a home page (应用首页地址)',
    `  address for logins inside the client (端内免登地址), unless the home page has this host: ${publicUrl}/login`,
    '  visible range (可见范围): whoever shall log in; then release a version (版本管理与发布)',
    `  the organisation's CorpId, shown by the console, must be ${dingtalk.corpId}`,
  ]
}

/** The permission that such logins need. */
export function inClientPermissions({ dingtalk }: Config): string[] {
  return dingtalk.inClient ? [`${permission('qyapi_base')}, for the application ${dingtalk.inClient.clientId}`] : []
}

/** What `--online` says of them. */
export const IN_CLIENT_QUESTION = 'login inside the client: app token, permission'
export const CORP_ID_QUESTION = "DINGTALK_CORP_ID: the application's own organisation"
