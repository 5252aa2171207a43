import type { DirectoryProfile } from '../../src/services/directory.js'

/** The stand-in's people are numbers: whoever holds the number knows the rest. */
export const unionIdOf = (person: number): string => `union-${person}`
export const nickOf = (person: number): string => `person-${person}`

/** A code that this person's consent would bring; `nonce` makes it another one at each login. */
export const codeOf = (person: number, nonce: number): string => `p${person}-${nonce}`
export const personOfCode = (code: string): number => numberIn(/^p(\d+)-\d+$/, code)
export const numberOf = (unionId: string): number => numberIn(/^union-(\d+)$/, unionId)

/** The directory's name for this person. */
export const useridOf = (person: number): string => `employee-${person}`
export const personOfUserid = (userid: string): number => numberIn(/^employee-(\d+)$/, userid)

/** What other programs call this person. */
export const handleOf = (person: number): string => `work.${person}`
export const emailOf = (person: number): string => `${nickOf(person)}@mail.test`

const FAMILY_NAMES = [
  '王',
  '李',
  '张',
  '刘',
  '陈',
  '杨',
  '赵',
  '黄',
  '周',
  '吴',
  '徐',
  '孙',
  '胡',
  '朱',
  '高',
  '林',
  '何',
  '郭',
  '马',
  '罗',
]
const GIVEN_NAMES = [
  '伟',
  '芳',
  '娜',
  '秀英',
  '敏',
  '静',
  '丽',
  '强',
  '磊',
  '军',
  '洋',
  '勇',
  '艳',
  '杰',
  '娟',
  '涛',
  '明',
  '超',
  '秀兰',
  '霞',
]

/** A name of nobody else, which begins as those of many do. */
export function realNameOf(person: number): string {
  const [family, given] = [person % FAMILY_NAMES.length, Math.floor(person / FAMILY_NAMES.length) % GIVEN_NAMES.length]
  const which = Math.floor(person / FAMILY_NAMES.length / GIVEN_NAMES.length)
  return `${FAMILY_NAMES[family]}${GIVEN_NAMES[given]}${String(which).padStart(4, '0')}`
}

/** A role that everybody has. */
export const ROLE = 2001

/** What the directory says of this person in an organisation of so many departments, which has as many roles. */
export function profileIn(person: number, departments: number): DirectoryProfile {
  const part = person % departments
  const id = departmentIdOf(part)
  const roles = [
    { id: ROLE, name: 'all' },
    { id: roleIdOf(part), name: `职务${part}` },
  ]
  return {
    ...{ name: realNameOf(person), orgEmail: emailOf(person), title: null, jobNumber: null, roles },
    departments: [{ id, name: departmentNameOf(id), above: [100 + (part % 2), 10, 1] }],
  }
}

export const departmentIdOf = (part: number): number => 1000 + part
export const departmentNameOf = (id: number): string => `研发${id}部`
export const roleIdOf = (part: number): number => 100_000 + part

function numberIn(pattern: RegExp, text: string): number {
  const digits = pattern.exec(text)?.[1]
  if (digits === undefined) throw new Error(`nobody is ${text}`)
  return Number(digits)
}
