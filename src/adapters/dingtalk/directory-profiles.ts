import { z } from 'zod'
import type { DirectoryProfile, ProfileDepartment } from '../../services/directory.js'
import type { DepartmentNames } from './department-names.js'
import type { DirectoryCalls } from './directory-calls.js'
import { directoryId, emailAddress, text, userid } from './directory-fields.js'
import { isWithoutPermission, verdicts } from './error-table.js'
import { failure } from './response.js'

/** Far more than anybody has; what is longer is not what DingTalk documents. */
const MAX_LISTED = 1000
const MAX_ABOVE = 100

/**
 * https://open.dingtalk.com/document/development/query-user-details
 * What the application has no permission for is left out. `email` is whatever was entered for the person: not read.
 */
const details = z.object({
  result: z.object({
    userid,
    name: text,
    org_email: emailAddress,
    title: text,
    job_number: text,
    dept_id_list: z.array(directoryId).max(MAX_LISTED).nullish(),
    role_list: z
      .array(z.object({ id: directoryId, name: text }))
      .max(MAX_LISTED)
      .nullish(),
  }),
})

/** https://open.dingtalk.com/document/development/queries-the-list-of-all-parent-departments-of-a-user */
const parents = z.object({
  result: z.object({
    // Of each department of the person: itself, the one above it, and so on to the root.
    parent_list: z.array(z.object({ parent_dept_id_list: z.array(directoryId).min(1).max(MAX_ABOVE) })).max(MAX_LISTED),
  }),
})

type Ways = ReadonlyMap<number, number[]>

/** What the directory says of employees. */
export class DirectoryProfiles {
  readonly #calls: DirectoryCalls
  readonly #names: DepartmentNames

  constructor({ calls, names }: { calls: DirectoryCalls; names: DepartmentNames }) {
    this.#calls = calls
    this.#names = names
  }

  /** @throws {DingTalkError} where the directory does not say clearly */
  async read(asked: string): Promise<DirectoryProfile> {
    const path = '/topapi/v2/user/get'
    const [{ result }, ways] = await Promise.all([
      this.#calls.ask({ call: 'user/get', path, body: { userid: asked, language: 'zh_CN' }, response: details }),
      this.#waysUp(asked),
    ])
    // A word about somebody else must not become this person's groups and mailbox.
    if (result.userid !== asked) throw failure('user/get', verdicts.unreadable, 'an answer about somebody else')
    return {
      name: result.name,
      orgEmail: result.org_email,
      title: result.title,
      jobNumber: result.job_number,
      departments: await this.#departments(result.dept_id_list ?? [...ways.keys()], ways),
      roles: uniqueById(result.role_list ?? []),
    }
  }

  mayReadDepartments(): Promise<boolean> {
    return this.#names.mayBeRead()
  }

  forgetDepartments(ids: readonly number[]): void {
    this.#names.forget(ids)
  }

  async #departments(listed: readonly number[], ways: Ways): Promise<ProfileDepartment[]> {
    const ids = [...new Set(listed)]
    const names = await this.#names.of(ids)
    return ids.map((id) => ({ id, name: names.get(id) ?? null, above: ways.get(id) ?? [] }))
  }

  /** What is above each department of the person; nothing where the application may not know it. */
  async #waysUp(asked: string): Promise<Ways> {
    const [call, path] = ['department/listparentbyuser', '/topapi/v2/department/listparentbyuser']
    try {
      return waysOf(
        (await this.#calls.ask({ call, path, body: { userid: asked }, response: parents })).result.parent_list,
      )
    } catch (error) {
      if (isWithoutPermission(error, call)) return new Map()
      throw error
    }
  }
}

/** Each department with what is above it, once, whatever circles an odd answer has. */
function waysOf(lists: z.infer<typeof parents>['result']['parent_list']): Ways {
  return new Map(
    lists.map(({ parent_dept_id_list: [own = 0, ...above] }) => [own, [...new Set(above)].filter((id) => id !== own)]),
  )
}

function uniqueById<T extends { id: number }>(found: readonly T[]): T[] {
  return [...new Map(found.map((one) => [one.id, one])).values()]
}
