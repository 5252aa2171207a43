import path from 'node:path'
import { defineConfig } from 'prisma/config'

// `prisma generate` looks for a schema engine that it does not use, and would download one. Any existing file stops that.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

const folder = import.meta.dirname
const url = process.env.DATABASE_URL
const provider = url?.startsWith('postgres') ? 'postgresql' : 'sqlite'

export default defineConfig({
  schema: path.join(folder, provider === 'sqlite' ? 'schema.prisma' : '../src/generated/postgresql.prisma'),
  migrations: { path: path.join(folder, 'migrations', provider) },
  ...(url && { datasource: { url } }),
})
