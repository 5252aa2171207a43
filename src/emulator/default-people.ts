import { DEPARTMENT } from './organisation/departments.js'
import { ROLE } from './organisation/roles.js'
import { makePerson, type Person } from './person.js'

/** The people of an emulator that was started without any. */
export function defaultPeople(): Person[] {
  return [...colleagues(), ...namesakes(), ...oddNames(), ...others()]
}

function colleagues(): Person[] {
  return [
    makePerson({
      ...{ id: 'zhangsan', nick: '张三', avatarUrl: '/avatar/zhangsan.svg', email: 'zhangsan@example.com' },
      ...{ title: '研发经理', jobNumber: '0001', orgEmail: 'zhangsan@corp.example' },
      ...{ departments: [DEPARTMENT.research], roles: [ROLE.lead, ROLE.engineer] },
    }),
    // Nick and name differ, and there are two departments.
    makePerson({
      ...{ id: 'lisi', nick: '李四', avatarUrl: '/avatar/lisi.svg', name: '李思远' },
      ...{ title: '前端工程师', jobNumber: '0002', orgEmail: 'lisiyuan@corp.example' },
      ...{ departments: [DEPARTMENT.interfaces, DEPARTMENT.market], roles: [ROLE.engineer] },
    }),
  ]
}

/** Three of one name: a program that links accounts by it, or by the one address of two of them, merges them. */
function namesakes(): Person[] {
  return [
    makePerson({
      ...{ id: 'zhangwei1', nick: '张伟', avatarUrl: '/avatar/zhangwei1.svg', email: 'zhangwei@example.com' },
      ...{ title: '工程师', jobNumber: '0003', orgEmail: 'zhangwei@corp.example' },
      ...{ departments: [DEPARTMENT.platform], roles: [ROLE.engineer] },
    }),
    makePerson({
      ...{ id: 'zhangwei2', nick: '张伟', avatarUrl: '/avatar/zhangwei2.svg', email: 'zhangwei@example.com' },
      ...{ title: '销售', jobNumber: '0004', departments: [DEPARTMENT.east], roles: [ROLE.seller] },
    }),
    makePerson({
      ...{ id: 'zhangwei3', nick: '阿伟', avatarUrl: '/avatar/zhangwei3.svg', name: '张伟' },
      ...{ orgEmail: 'zhangwei3@corp.example', departments: [DEPARTMENT.finance], roles: [ROLE.manager] },
    }),
  ]
}

function oddNames(): Person[] {
  return [
    makePerson({
      ...{ id: 'xingxing', nick: '星星✨👩‍💻', avatarUrl: '/avatar/xingxing.svg', name: '刘星' },
      ...{ title: '设计师', jobNumber: '0006', departments: [DEPARTMENT.interfaces] },
    }),
    makePerson({ id: 'hostile', nick: `<script>alert(1)</script>"'&`, avatarUrl: '/avatar/hostile.svg' }),
  ]
}

function others(): Person[] {
  return [
    makePerson({ id: 'waibu', nick: '陈外', membership: 'external', avatarUrl: '/avatar/waibu.svg' }),
    makePerson({ id: 'wangwu', nick: '王五', membership: 'outsider' }),
    makePerson({ id: 'libie', nick: '李别', membership: 'left', avatarUrl: '/avatar/libie.svg' }),
  ]
}
