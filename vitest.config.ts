import pg from 'pg'
import { defineConfig } from 'vitest/config'

/** Those that are the same whatever the database. */
const WITHOUT_DATABASE = [
  'test/browser/**',
  'test/{client-script,examples,guide-programs,guides,kubernetes,package,place-new-file,release,simulation,table}.test.ts',
  'test/{access-rows,access-rules,app-token,architecture,backup,bench,build,config,demo-history,deploying,dingtalk-check,dingtalk-client,directory-profile,dockerfile,embedding-settings,embedding-types,guide-express}.test.ts',
  'test/{directory-events,documents,group-index,guards-list,lookup-queue,nick,node-versions,setup-file,setup-terminal,setup-yes,signature,soak,stream-client}.test.ts',
  'test/emulator/**',
]

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  )
}

const postgresql = process.env.TEST_DATABASE_URL
const hasPostgresql = postgresql !== undefined && postgresql !== '' && (await answers(postgresql))
if (!hasPostgresql) {
  const why = postgresql ? 'nothing answers at TEST_DATABASE_URL' : 'TEST_DATABASE_URL=postgresql://… runs them'
  console.log(`skipped: the tests on PostgreSQL; ${why}`)
}

const onSqlite = { extends: true as const, test: { name: 'SQLite', env: { TEST_DATABASE_URL: '' } } }
const onPostgresql = { extends: true as const, test: { name: 'PostgreSQL', exclude: WITHOUT_DATABASE } }

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // A browser takes its time to start and to scan beside everything else.
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Tests keep nothing in modules: loading them once for each worker, not for each file, saves half the time.
    isolate: false,
    projects: hasPostgresql ? [onSqlite, onPostgresql] : [onSqlite],
  },
})
