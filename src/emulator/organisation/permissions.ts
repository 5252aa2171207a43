import { z } from 'zod'

/**
 * What the application may ask: calls, or fields of their responses.
 * - `qyapi_base`: the code of the DingTalk client
 * - `qyapi_get_member`: the details of a person; `fieldEmail`, `fieldMobile`: their addresses and number in them
 * - `qyapi_get_department_list`: departments and roles; `qyapi_get_department_member`: who is in them
 * - `Contact.User.Read`: the person's own contact after a login; `Contact.User.mobile`: the number in it
 * - `Contact.Common.Read`: the record of leavers
 */
export const permissions = [
  'qyapi_base',
  'qyapi_get_member',
  'fieldEmail',
  'fieldMobile',
  'qyapi_get_department_list',
  'qyapi_get_department_member',
  'Contact.User.Read',
  'Contact.User.mobile',
  'Contact.Common.Read',
] as const

export type Permission = (typeof permissions)[number]

/** Those to switch, on or off. */
export const permissionSwitchSchema = z.partialRecord(z.enum(permissions), z.boolean())

/** The application's permissions: all, until some are switched off. */
export class Permissions {
  readonly #missing = new Set<Permission>()

  has(permission: Permission): boolean {
    return !this.#missing.has(permission)
  }

  switch(permission: Permission, on: boolean): void {
    if (on) this.#missing.delete(permission)
    else this.#missing.add(permission)
  }

  /** Each permission, and whether the application has it. */
  all(): Record<string, boolean> {
    return Object.fromEntries(permissions.map((permission) => [permission, this.has(permission)]))
  }

  reset(): void {
    this.#missing.clear()
  }
}
