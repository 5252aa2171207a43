import type { Config } from '../config/config.js'
import { permission } from '../paste/dingtalk-permissions.js'

/** The permissions that the directory needs. */
export function directoryPermissions({ membership }: Config): string[] {
  const { audience, appKey, hasProfiles } = membership
  if (audience !== 'members') return []
  const profiles = [
    `${permission('qyapi_get_department_list')}, for the application ${appKey}: departments, of which groups are made`,
    `${permission('fieldEmail')}, for the application ${appKey}: work e-mails`,
  ]
  return [
    `${permission('qyapi_get_member')}, for the application ${appKey}; its contact scope: the whole organisation`,
    ...(hasProfiles ? profiles : []),
  ]
}

export const DEPARTMENTS_QUESTION = 'departments: permission (that for e-mails cannot be asked: see users show NAME)'

/** What `--online` says where the application may not know of departments, which is no fault by itself. */
export const DEPARTMENTS_ABSENT =
  'it has no permission qyapi_get_department_list: groups know nobody below a department, and departments have no names'
