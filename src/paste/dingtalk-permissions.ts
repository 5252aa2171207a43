/** What DingTalk's console calls the permissions that we need, by their ids. */
const names = {
  'Contact.User.Read': '个人信息读权限',
  qyapi_get_member: '成员信息读权限',
  qyapi_get_department_list: '通讯录部门信息读权限',
  fieldEmail: '邮箱等个人信息',
  qyapi_base: '调用企业API基础权限',
} as const

export type Permission = keyof typeof names

/** A permission as an operator looks for it in the console: by its id and by its name. */
export function permission(id: Permission): string {
  return `${id} (${names[id]})`
}
