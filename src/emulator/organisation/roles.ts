import { EventEmitter } from 'node:events'
import { z } from 'zod'

const id = z.int().min(1)
const name = z.string().min(1)

export const roleSchema = z.strictObject({ id, name, groupId: id, groupName: name })
export const roleChangeSchema = z.strictObject({ name })

/** What people can be in the organisation. Roles come in groups. */
export type Role = z.infer<typeof roleSchema>

/** The organisation's roles, in the order they were made. */
export class Roles {
  readonly changes = new EventEmitter<{ change: ['add' | 'modify' | 'del', number] }>()
  readonly #roles = new Map<number, Role>()

  constructor() {
    this.reset()
  }

  reset(): void {
    this.#roles.clear()
    for (const role of defaultRoles) this.#roles.set(role.id, role)
  }

  all(): Role[] {
    return [...this.#roles.values()]
  }

  find(id: number): Role | undefined {
    return this.#roles.get(id)
  }

  /** @throws on an unknown id */
  get(id: number): Role {
    const role = this.find(id)
    if (!role) throw new Error(`The emulator knows no role ${id}`)
    return role
  }

  /** @throws when the id is taken */
  add(role: Role): void {
    if (this.find(role.id)) throw new Error(`There is a role ${role.id} already`)
    this.#roles.set(role.id, role)
    this.changes.emit('change', 'add', role.id)
  }

  /** @throws on an unknown id */
  rename(id: number, name: string): Role {
    const renamed = { ...this.get(id), name }
    this.#roles.set(id, renamed)
    this.changes.emit('change', 'modify', id)
    return renamed
  }

  /** @throws on an unknown id */
  remove(id: number): void {
    this.get(id)
    this.#roles.delete(id)
    this.changes.emit('change', 'del', id)
  }
}

/** The roles that the emulator's own people have. */
export const ROLE = {
  manager: 1_507_113_578,
  lead: 1_507_113_579,
  engineer: 1_507_113_591,
  seller: 1_507_113_592,
} as const

const standard = { groupId: 1_507_113_577, groupName: '默认' }
const positions = { groupId: 1_507_113_590, groupName: '岗位' }

const defaultRoles: Role[] = [
  { id: ROLE.manager, name: '负责人', ...standard },
  { id: ROLE.lead, name: '主管', ...standard },
  { id: ROLE.engineer, name: '工程师', ...positions },
  { id: ROLE.seller, name: '销售', ...positions },
]
