import { describe, expect, it } from 'vitest'
import { AccessRulesCache } from '../src/services/access-rules.js'
import { SECOND } from '../src/time.js'
import { applicationFrom } from './support/applications.js'

/** Rules that a test changes, with a count of what is asked of them. */
class Rows {
  asked = 0
  listed = 0
  number = 1
  isAway = false
  ids = ['wiki']
  hasMailboxes = false

  get rows() {
    return {
      rows: {
        revision: async () => {
          this.asked++
          if (this.isAway) throw new Error('away')
          return this.number
        },
        read: async () => {
          this.listed++
          const applications = this.ids.map((id) => applicationFrom({ id }))
          return { applications, groups: [], revision: this.number }
        },
      },
      workEmails: { hasWorkEmailOf: async () => this.hasMailboxes },
    }
  }
}

function setUp(emailDomain?: string) {
  const rows = new Rows()
  let now = 1_000_000
  const cache = new AccessRulesCache({ ...rows.rows, emailDomain, now: () => now })
  const has = async (id: string) => (await cache.current()).applications.has(id)
  const pass = (ms: number) => {
    now += ms
  }
  return { rows, cache, has, pass }
}

/** Lets what nobody waits for come to its end: it is all done in microtasks. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the rules that are kept in memory', () => {
  it('are read once however many ask, and not again for ten seconds', async () => {
    const { rows, cache, pass } = setUp()
    await Promise.all(Array.from({ length: 50 }, () => cache.current()))
    pass(10 * SECOND)
    await cache.current()
    expect(rows).toMatchObject({ asked: 1, listed: 1 })
  })

  it('are asked for again after that, while those who ask go on', async () => {
    const { rows, has, pass } = setUp()
    await has('wiki')
    rows.ids = ['other']
    rows.number++
    pass(11 * SECOND)
    expect(await has('wiki')).toBe(true)
    await settled()
    expect(await has('wiki')).toBe(false)
  })

  it('are not read where the number is the same', async () => {
    const { rows, has, pass } = setUp()
    await has('wiki')
    pass(11 * SECOND)
    await has('wiki')
    await settled()
    expect(rows).toMatchObject({ asked: 2, listed: 1 })
  })

  it('count no more after fifty seconds, whatever becomes of the database', async () => {
    const { rows, has, pass } = setUp()
    await has('wiki')
    rows.isAway = true
    pass(50 * SECOND)
    expect(await has('wiki')).toBe(true)
    await settled()
    pass(SECOND)
    await expect(has('wiki')).rejects.toThrow('away')
    rows.isAway = false
    rows.ids = []
    rows.number++
    expect(await has('wiki')).toBe(false)
  })

  it('of a clock that was put back are of no known age', async () => {
    const { rows, has, pass } = setUp()
    await has('wiki')
    rows.ids = []
    rows.number++
    pass(-SECOND)
    expect(await has('wiki')).toBe(false)
  })

  it('are looked at for an application that is not known, once a second', async () => {
    const { rows, cache, pass } = setUp()
    await cache.current()
    rows.ids.push('made-a-moment-ago')
    rows.number++
    expect(await cache.application('made-a-moment-ago')).toBeUndefined()
    pass(SECOND)
    expect(await cache.application('made-a-moment-ago')).toBeDefined()
    for (let n = 0; n < 10; n++) await cache.application('nobody-made-this')
    expect(rows.asked).toBe(2)
  })

  it('say when EMAIL_DOMAIN has turned out to have mailboxes', async () => {
    const { rows, cache, pass } = setUp('corp.example')
    expect((await cache.current()).isEmailDomainTaken).toBe(false)
    rows.hasMailboxes = true
    pass(11 * SECOND)
    await cache.current()
    await settled()
    expect((await cache.current()).isEmailDomainTaken).toBe(true)
  })
})
