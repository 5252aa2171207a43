import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SECOND } from '../src/time.js'
import { makeDatabase, onPostgresql } from './support/database.js'
import { createWorld } from './support/world.js'

/** As many as a process may have, and how long it waits for one, and then for a statement. */
const MAX_CONNECTIONS = 10
const LONGEST = 5 * SECOND + 6 * SECOND
const REQUESTS = 60
const LOOK_EVERY = 50

describe.runIf(onPostgresql)('more requests than connections', () => {
  it('of a database that hangs are all told so in time, and it never gets more than its share', {
    timeout: 60 * SECOND,
  }, async () => {
    const [database, watched] = [await makeDatabase(), await makeDatabase()]
    const url = new URL(database.url)
    const name = String(url.searchParams.get('schema'))
    url.searchParams.set('application_name', name)
    {
      await using world = await createWorld({ DATABASE_URL: url.href })
      const browser = world.browser()
      await browser.logIn()
      await database.sql('BEGIN; LOCK TABLE "Session"')

      const backends: number[] = []
      let isOver = false
      const look = async () => {
        while (!isOver) {
          const question = `SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = '${name}'`
          backends.push(Number((await watched.sql(question))[0]?.n))
          await wait(LOOK_EVERY)
        }
      }
      const ask = async (index: number) => {
        const at = performance.now()
        const { status, body } = await browser.get(index % 2 ? '/me' : '/verify').set('Accept', 'application/json')
        return { status, error: index % 2 ? body.error : undefined, ms: performance.now() - at }
      }
      const looking = look()
      const answers = await Promise.all(Array.from({ length: REQUESTS }, (_, index) => ask(index)))
      isOver = true
      await looking

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
      expect(new Set(answers.map(({ error }) => error))).toEqual(new Set([undefined, 'service_unavailable']))
      // With some room for a busy machine; one after the other they would take three times as long.
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(LONGEST + 4 * SECOND)
      expect(Math.max(...backends)).toBe(MAX_CONNECTIONS)

      await database.sql('ROLLBACK')
      await browser.get('/me').expect(200)
    }
    await watched.remove()
    await database.remove()
  })
})
