import { isIP } from 'node:net'
import { refuseOddity } from './oddities.js'

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** The domain of addresses that are made up for people without one, in small letters: nobody else's. */
export function emailDomain(text: string): string {
  refuseOddity(text)
  const domain = text.toLowerCase()
  const labels = domain.split('.')
  const isDomain = labels.length > 1 && labels.every((label) => LABEL.test(label)) && domain.length <= 253
  if (!isDomain || isIP(domain)) {
    throw new Error('must be a domain alone, without @ or wildcard, such as login.example.com')
  }
  if (mailboxProviders.has(domain)) throw new Error("must be the organisation's own: everybody has addresses there")
  return domain
}

/** Where an address that we make up is, or can become, a stranger's. */
const mailboxProviders = new Set([
  ...[
    'qq.com',
    'foxmail.com',
    '163.com',
    '126.com',
    'yeah.net',
    '139.com',
    '189.cn',
    'sina.com',
    'sina.cn',
    'sohu.com',
  ],
  ...['aliyun.com', 'dingtalk.com', 'gmail.com', 'outlook.com', 'hotmail.com', 'live.com', 'yahoo.com', 'icloud.com'],
])
