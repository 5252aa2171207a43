import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

// One client for each database, all of schema.prisma: Prisma fixes the provider when it generates.
const folder = import.meta.dirname
const schema = path.join(folder, 'schema.prisma')
const postgresqlSchema = path.join(folder, '../src/generated/postgresql.prisma')
// What the server is measured against; an image has no tests.
const benchSchema = path.join(folder, '../test/bench/references/typical.prisma')

mkdirSync(path.dirname(postgresqlSchema), { recursive: true })
writeFileSync(
  postgresqlSchema,
  readFileSync(schema, 'utf8')
    .replace('provider = "sqlite"', 'provider = "postgresql"')
    .replace('output   = "../src/generated/sqlite"', 'output   = "./postgresql"'),
)

const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js')
const config = path.join(folder, 'prisma.config.ts')
for (const file of [schema, postgresqlSchema, benchSchema].filter(existsSync)) {
  execFileSync(process.execPath, [prisma, 'generate', '--config', config, '--schema', file], { stdio: 'inherit' })
}
