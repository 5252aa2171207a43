import { EventEmitter } from 'node:events'
import { z } from 'zod'

/** The organisation itself, which every department is below. */
export const ROOT_ID = 1

const id = z.int().min(ROOT_ID)
const name = z.string().min(1)

export const departmentSchema = z.strictObject({ id, name, parentId: id })
export const departmentChangeSchema = z.strictObject({ name: name.exactOptional(), parentId: id.exactOptional() })

/** A part of the organisation. The root alone has no `parentId`. */
export type Department = Omit<z.infer<typeof departmentSchema>, 'parentId'> & { parentId?: number }
export type DepartmentChange = z.infer<typeof departmentChangeSchema>

/** The organisation's departments, a tree in the order they were made. */
export class Departments {
  /** What was done, and the ids of the departments to which it was done. */
  readonly changes = new EventEmitter<{ change: ['create' | 'modify' | 'remove', number[]] }>()
  readonly #departments = new Map<number, Department>()

  constructor() {
    this.reset()
  }

  reset(): void {
    this.#departments.clear()
    for (const department of defaultDepartments) this.#departments.set(department.id, department)
  }

  all(): Department[] {
    return [...this.#departments.values()]
  }

  find(id: number): Department | undefined {
    return this.#departments.get(id)
  }

  /** @throws on an unknown id */
  get(id: number): Department {
    const department = this.find(id)
    if (!department) throw new Error(`The emulator knows no department ${id}`)
    return department
  }

  below(id: number): Department[] {
    return this.all().filter(({ parentId }) => parentId === id)
  }

  /** A department's id, its parent's, and so on to the root's. */
  wayUp(id: number): number[] {
    const { parentId } = this.get(id)
    return parentId === undefined ? [id] : [id, ...this.wayUp(parentId)]
  }

  /** @throws when the id is taken, or the parent unknown */
  add(department: z.infer<typeof departmentSchema>): void {
    if (this.find(department.id)) throw new Error(`There is a department ${department.id} already`)
    this.get(department.parentId)
    this.#departments.set(department.id, department)
    this.changes.emit('change', 'create', [department.id])
  }

  /** @throws on an unknown id, and on a parent that is unknown or below the department itself */
  change(id: number, change: DepartmentChange): Department {
    const changed = { ...this.get(id), ...change }
    if (change.parentId !== undefined && this.wayUp(change.parentId).includes(id))
      throw new Error(`Department ${id} cannot be below itself`)
    this.#departments.set(id, changed)
    this.changes.emit('change', 'modify', [id])
    return changed
  }

  /**
   * Removes a department, with those below it.
   * @throws on an unknown id and on the root
   */
  remove(id: number): void {
    if (id === ROOT_ID) throw new Error('The root stays')
    this.get(id)
    const removed = this.all().filter((department) => this.wayUp(department.id).includes(id))
    for (const department of removed) this.#departments.delete(department.id)
    this.changes.emit(
      'change',
      'remove',
      removed.map((department) => department.id),
    )
  }
}

/** The departments that the emulator's own people are in. */
export const DEPARTMENT = {
  research: 935_420_101,
  platform: 935_420_102,
  interfaces: 935_420_103,
  market: 935_420_201,
  east: 935_420_202,
  finance: 935_420_301,
} as const

const defaultDepartments: Department[] = [
  { id: ROOT_ID, name: '示例科技有限公司' },
  { id: DEPARTMENT.research, name: '研发部', parentId: ROOT_ID },
  { id: DEPARTMENT.platform, name: '平台组', parentId: DEPARTMENT.research },
  { id: DEPARTMENT.interfaces, name: '前端组', parentId: DEPARTMENT.research },
  { id: DEPARTMENT.market, name: '市场部', parentId: ROOT_ID },
  { id: DEPARTMENT.east, name: '华东区', parentId: DEPARTMENT.market },
  { id: DEPARTMENT.finance, name: '财务部', parentId: ROOT_ID },
]
