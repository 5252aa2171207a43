import { createServer, type IncomingMessage } from 'node:http'
import { DAY } from '../../src/time.js'
import {
  departmentNameOf,
  nickOf,
  numberOf,
  personOfCode,
  personOfUserid,
  profileIn,
  unionIdOf,
  useridOf,
} from './people.js'

/** How many departments of people the organisation has. */
const DEPARTMENTS = Number(process.env.DEPARTMENTS ?? 8)

let delayMs = 0

/** Answers at once what the emulator would answer after its checks: it must not be what is measured. `PUT /_delay/80` makes it slower. */
async function answerTo(req: IncomingMessage): Promise<unknown> {
  const { pathname } = new URL(req.url ?? '', 'http://localhost')
  switch (pathname) {
    case '/healthz':
      return {}
    case '/gettoken':
      return { errcode: 0, errmsg: 'ok', access_token: 'app-token', expires_in: 7200 }
    case '/sns/getuserinfo_bycode': {
      const person = personOfCode((await bodyOf(req)).tmp_auth_code ?? '')
      const user_info = { nick: nickOf(person), unionid: unionIdOf(person), openid: `openid-${person}` }
      return { errcode: 0, errmsg: 'ok', user_info }
    }
    case '/topapi/user/getbyunionid': {
      const person = numberOf((await bodyOf(req)).unionid ?? '')
      return { errcode: 0, errmsg: 'ok', result: { contact_type: 0, userid: useridOf(person) } }
    }
    case '/topapi/v2/user/get': {
      const { userid = '' } = await bodyOf(req)
      const { name, orgEmail, departments, roles } = profileIn(personOfUserid(userid), DEPARTMENTS)
      const dept_id_list = departments.map(({ id }) => id)
      const result = { userid, name, org_email: orgEmail, dept_id_list, role_list: roles }
      return { errcode: 0, errmsg: 'ok', result }
    }
    case '/topapi/v2/department/listparentbyuser': {
      const { userid = '' } = await bodyOf(req)
      const { departments } = profileIn(personOfUserid(userid), DEPARTMENTS)
      const parent_list = departments.map(({ id, above }) => ({ parent_dept_id_list: [id, ...above] }))
      return { errcode: 0, errmsg: 'ok', result: { parent_list } }
    }
    case '/topapi/v2/department/get': {
      const { dept_id } = await bodyOf(req)
      return { errcode: 0, errmsg: 'ok', result: { dept_id, name: departmentNameOf(Number(dept_id)) } }
    }
    case '/v1.0/oauth2/userAccessToken':
      return { accessToken: (await bodyOf(req)).code, refreshToken: 'refresh-token', expireIn: 7200 }
    case '/v1.0/contact/users/me': {
      const person = personOfCode(String(req.headers['x-acs-dingtalk-access-token']))
      return { nick: nickOf(person), unionId: unionIdOf(person), openId: `openid-${person}` }
    }
    default:
      throw new Error(`DingTalk has no ${pathname}`)
  }
}

async function bodyOf(req: IncomingMessage): Promise<Record<string, string>> {
  let text = ''
  for await (const chunk of req.setEncoding('utf8')) text += chunk
  return JSON.parse(text)
}

const server = createServer((req, res) => {
  const newDelay = /^\/_delay\/(\d+)$/.exec(req.url ?? '')?.[1]
  if (newDelay !== undefined) {
    delayMs = Number(newDelay)
    res.end()
    return
  }
  answerTo(req).then(
    (answer) => {
      const text = JSON.stringify(answer)
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }
      const send = () => res.writeHead(200, headers).end(text)
      if (delayMs === 0) send()
      else setTimeout(send, delayMs)
    },
    (error: unknown) => {
      console.error(error)
      res.writeHead(500).end()
    },
  )
})
// No connection ends between two calls: nobody is to meet one that has just been closed.
server.keepAliveTimeout = DAY
server.listen(Number(process.env.PORT), '127.0.0.1')
