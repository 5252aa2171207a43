import type { Config } from '../config/config.js'

/** The permissions that the directory needs. */
export function directoryPermissions({ membership }: Config): string[] {
  const { audience, appKey, hasProfiles } = membership
  if (audience !== 'members') return []
  const profiles = [
    `qyapi_get_department_list (通讯录部门信息读权限), for the application ${appKey}: departments, of which groups are made`,
    `fieldEmail (邮箱等个人信息), for the application ${appKey}: work e-mails`,
  ]
  return [
    `qyapi_get_member (成员信息读权限), for the application ${appKey}; its contact scope: the whole organisation`,
    ...(hasProfiles ? profiles : []),
  ]
}

export const DEPARTMENTS_QUESTION = 'departments: permission (that for e-mails cannot be asked: see users show NAME)'

/** What `--online` says where the application may not know of departments, which is no fault by itself. */
export const DEPARTMENTS_ABSENT =
  'it has no permission qyapi_get_department_list: groups know nobody below a department, and departments have no names'
