import { describe, expect, it } from 'vitest'
import { PrismaAccessRows } from '../src/adapters/database/access-rows.js'
import { Database } from '../src/adapters/database/database.js'

describe('the rows of applications and groups', () => {
  it('are of one moment: what is changed while they are read is read again', async () => {
    let revision = 1
    let groups: object[] = [{ name: 'ops', rules: rules('everybody'), createdAt: '2026-01-01' }]
    const asked: string[] = []
    const database = new Database({
      query: ({ name }) => {
        asked.push(name)
        if (name === 'access_revision') return [{ revision }]
        if (name === 'application_list') return []
        const read = groups
        // Somebody narrows the group, and adds an application for it.
        if (revision === 1) {
          revision = 2
          groups = [{ name: 'ops', rules: rules('boss'), createdAt: '2026-01-01' }]
        }
        return read
      },
      loadPrisma: () => Promise.reject(new Error('nothing is written here')),
      skipLocked: '',
      hasRowids: true,
      close: async () => {},
    })
    const access = await new PrismaAccessRows(database).read()
    expect(access).toMatchObject({ revision: 2, groups: [{ userids: ['boss'] }] })
    expect(asked.filter((name) => name === 'group_list')).toHaveLength(2)
  })
})

function rules(userid: string): string {
  return JSON.stringify({ departments: [], roles: [], userids: [userid], groups: [] })
}
