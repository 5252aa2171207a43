import { defaultPeople } from '../../emulator/default-people.js'
import { DEPARTMENT } from '../../emulator/organisation/departments.js'
import { ROLE } from '../../emulator/organisation/roles.js'
import { directoryName, makePerson, type Person } from '../../emulator/person.js'
import type { Dice } from './dice.js'

const INVENTED = 48
/** Of how many of those the name is Latin. */
const LATIN_SHARE = 0.25
const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧']
const givenNames = [...'伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚宇欣晨思雨佳浩然子涵嘉琪梦瑶']
const latinNames = [
  'Anna',
  'Ben',
  'Clara',
  'Daniel',
  'Elena',
  'Felix',
  'Greta',
  'Hugo',
  'Irene',
  'Jonas',
  'Karin',
  'Leo',
]
const latinSurnames = [
  'Andersen',
  'Becker',
  'Costa',
  'Dubois',
  'Ekman',
  'Fischer',
  'Garcia',
  'Horvat',
  'Ivanova',
  'Jensen',
]
const places = [
  { department: DEPARTMENT.platform, title: '后端工程师', roles: [ROLE.engineer] },
  { department: DEPARTMENT.interfaces, title: '前端工程师', roles: [ROLE.engineer] },
  { department: DEPARTMENT.research, title: '测试工程师', roles: [ROLE.engineer] },
  { department: DEPARTMENT.east, title: '客户经理', roles: [ROLE.seller] },
  { department: DEPARTMENT.market, title: '市场专员', roles: [] },
  { department: DEPARTMENT.finance, title: '会计', roles: [] },
]

/** Who the history is about: the emulator's own employees, and some dozens of people who are there for it alone. */
export function makeCast(dice: Dice): { emulated: Person[]; invented: Person[] } {
  const emulated = defaultPeople().filter(({ membership }) => membership === 'employee')
  const names = new Set(emulated.map(directoryName))
  const invented: Person[] = []
  while (invented.length < INVENTED) {
    const nick = dice.chance(LATIN_SHARE) ? latinName(dice) : chineseName(dice)
    if (names.has(nick)) continue
    names.add(nick)
    invented.push(inventedPerson(dice, nick, invented.length + 1))
  }
  return { emulated, invented }
}

function inventedPerson(dice: Dice, nick: string, number: number): Person {
  const { department, title, roles } = dice.pickEarly(places)
  const jobNumber = String(1000 + number)
  return makePerson({ id: `history-${number}`, nick, title, jobNumber, departments: [department], roles: [...roles] })
}

function chineseName(dice: Dice): string {
  const given = Array.from({ length: dice.chance(0.7) ? 2 : 1 }, () => dice.pick(givenNames))
  return dice.pickEarly(surnames) + given.join('')
}

function latinName(dice: Dice): string {
  return `${dice.pick(latinNames)} ${dice.pick(latinSurnames)}`
}
