import type { Config } from '../config/config.js'

/** What DingTalk's console wants for events, and in which order; no line where there are none. */
export function eventsInstructions({ dingtalk, membership }: Config): string[] {
  if (!dingtalk.hasEvents) return []
  return [
    '',
    `For events, for the application ${membership.appKey}, once this server runs and its log says that it is connected:`,
    '  事件订阅 (event subscription) → Stream 模式推送; the console finds the server’s connection',
    '  then tick: 用户离职 加入 更改 激活, 部门创建 修改 删除, 员工角色变更, 角色增加 修改 删除',
  ]
}

/** The permission that finds who left while nobody listened. */
export function eventsPermissions({ dingtalk, membership }: Config): string[] {
  return dingtalk.hasEvents ? [`Contact.Common.Read (leavers’ records), for the application ${membership.appKey}`] : []
}

/** What `--online` says of them. */
export const EVENTS_QUESTION = 'events: a connection'
