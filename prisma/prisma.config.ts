import path from 'node:path'
import { defineConfig } from 'prisma/config'

// `prisma generate` looks for a schema engine that it does not use, and would download one. Any existing file stops that.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({
  schema: path.join(import.meta.dirname, 'schema.prisma'),
  migrations: { path: path.join(import.meta.dirname, 'migrations') },
})
