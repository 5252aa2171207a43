import { createHash } from 'node:crypto'
import { z } from 'zod'

/** What the organisation's directory says of a person; `outsider` and `left` are not in it. */
export const memberships = ['employee', 'external', 'outsider', 'left'] as const

export const personSchema = z.strictObject({
  id: z.string().regex(/^[\w-]{1,64}$/),
  nick: z.string(),
  membership: z.enum(memberships),
  unionId: z.string().min(1),
  openId: z.string().min(1),
  userId: z.string().min(1),
  /** An absolute address, or a path on the emulator. */
  avatarUrl: z.string().min(1).exactOptional(),
  email: z.string().min(1).exactOptional(),
  mobile: z.string().min(1).exactOptional(),
  stateCode: z.string().min(1).exactOptional(),
})

/** Somebody with a DingTalk account. `id` is the emulator's own name for them: DingTalk's APIs do not have it. */
export type Person = z.infer<typeof personSchema>

const { nick, membership, avatarUrl, email, mobile, stateCode } = personSchema.shape

export const personChangeSchema = z.strictObject({
  nick: nick.exactOptional(),
  membership: membership.exactOptional(),
  avatarUrl,
  email,
  mobile,
  stateCode,
})

/** What can change about a person. DingTalk's identifiers stay. */
export type PersonChange = z.infer<typeof personChangeSchema>

/** Completes a person with identifiers that look like DingTalk's and depend on `id` alone. */
export function makePerson(known: Pick<Person, 'id' | 'nick'> & Partial<Person>): Person {
  return {
    membership: 'employee',
    unionId: `${identifier('unionid', known.id, 17)}iEiE`,
    openId: `${identifier('openid', known.id, 19)}iEiE`,
    userId: String(createHash('sha256').update(`userid:${known.id}`).digest().readUIntBE(0, 6)).padStart(15, '0'),
    ...known,
  }
}

function identifier(kind: string, id: string, length: number): string {
  return createHash('sha256')
    .update(`${kind}:${id}`)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length)
}

/** The people of an emulator that was started without any. */
export function defaultPeople(): Person[] {
  return [
    makePerson({ id: 'zhangsan', nick: '张三', avatarUrl: '/avatar/zhangsan.svg', email: 'zhangsan@example.com' }),
    makePerson({ id: 'lisi', nick: '李四', avatarUrl: '/avatar/lisi.svg' }),
    // @NOTE one name and one address for two people: a program that links accounts by either merges the two.
    makePerson({ id: 'zhangwei1', nick: '张伟', avatarUrl: '/avatar/zhangwei1.svg', email: 'zhangwei@example.com' }),
    makePerson({ id: 'zhangwei2', nick: '张伟', avatarUrl: '/avatar/zhangwei2.svg', email: 'zhangwei@example.com' }),
    makePerson({ id: 'xingxing', nick: '星星✨👩‍💻', avatarUrl: '/avatar/xingxing.svg' }),
    makePerson({ id: 'hostile', nick: `<script>alert(1)</script>"'&`, avatarUrl: '/avatar/hostile.svg' }),
    makePerson({ id: 'waibu', nick: '陈外', membership: 'external', avatarUrl: '/avatar/waibu.svg' }),
    makePerson({ id: 'wangwu', nick: '王五', membership: 'outsider' }),
    makePerson({ id: 'libie', nick: '李别', membership: 'left', avatarUrl: '/avatar/libie.svg' }),
  ]
}
