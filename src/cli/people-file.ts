import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { OperatorError } from '../errors.js'
import type { Fault } from '../services/faults.js'
import type { ReadLine } from '../services/people-import.js'
import type { TransferLine } from '../services/people-transfer.js'

/** A person takes some hundred bytes: what is longer is another kind of file. */
const MAX_LINE_BYTES = 64 * 1024
const LINE_FEED = 10

/** Control characters would not be kept: PostgreSQL takes no NUL. */
const text = (max: number) =>
  z
    .string('must be a text')
    .min(1, 'is empty')
    .max(max, `is longer than ${max} characters`)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has a control character, or half of one')
    .regex(/^\S(.*\S)?$/u, 'has spaces around it')
/** What `jq` and SQL write for what is not there. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined)
const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-08-01T08:00:00Z' })
/** What both databases can keep. */
const instant = maybe(
  time.transform((value) => new Date(value)).refine(isKeepable, 'must be a time between 1970 and 9999'),
)
const name = z.string('must be a text').max(500, 'is longer than 500 characters')
const address = z
  .string('must be a text')
  .max(254, 'is longer than 254 characters')
  .regex(/^[^\s\p{Cc}\p{Cs}\p{Lu}@]+@[^\s\p{Cc}\p{Cs}\p{Lu}@]+$/u, 'must be an address, in small letters')
const picture = text(2048).refine(
  (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol),
  'must be an http address',
)

const keys = z.strictObject(
  {
    unionId: maybe(text(255)),
    id: maybe(text(64)),
    username: maybe(name),
    handle: maybe(text(500)),
    nick: maybe(name),
    userid: maybe(text(64)),
    avatarUrl: maybe(picture),
    createdAt: instant,
    lastLoginAt: instant,
    disabledAt: instant,
    administrator: maybe(z.boolean('must be true or false')),
    workEmails: maybe(z.array(address, 'must be a list')),
    promisedTo: maybe(text(255)),
    former: maybe(z.string('must be a text').regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal')),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'is no JSON object, one person on one line' : undefined) },
)

/**
 * The lines of a file of people, `-` for standard input, as they are read; empty ones are passed over.
 * @throws {OperatorError} where there is no such file
 */
export async function* readPeople(path: string): AsyncGenerator<ReadLine> {
  const source: AsyncIterable<Buffer> = path === '-' ? process.stdin : createReadStream(path)
  try {
    for await (const { number, bytes } of linesOf(source)) {
      const read = bytes ? readLine(bytes, number === 1) : { faults: wrong(`is longer than ${MAX_LINE_BYTES} bytes`) }
      if (read) yield { number, ...read }
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'code' in error)
      throw new OperatorError(`${path} cannot be read (${error.code}).`)
    throw error
  }
}

/** Undefined where the line is empty. */
function readLine(bytes: Buffer, isFirst: boolean): { line: TransferLine } | { faults: Fault[] } | undefined {
  let content: string
  try {
    content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: !isFirst }).decode(bytes)
  } catch {
    return { faults: wrong('is not UTF-8') }
  }
  if (content.trim() === '') return undefined
  const parsed = keys.safeParse(jsonOf(content))
  return parsed.success ? lineOf(parsed.data) : { faults: parsed.error.issues.flatMap(faultsOf) }
}

function isKeepable(instant: Date): boolean {
  const year = instant.getUTCFullYear()
  return year >= 1970 && year <= 9999
}

function lineOf({ promisedTo, former, ...person }: z.infer<typeof keys>): { line: TransferLine } | { faults: Fault[] } {
  const { unionId, handle } = person
  const given = Object.entries(person).filter(([, value]) => value !== undefined)
  const isAlone = (...names: string[]) => given.every(([key]) => names.includes(key))
  if (former !== undefined && promisedTo === undefined && isAlone()) return { line: { is: 'former', hash: former } }
  if (promisedTo !== undefined && former === undefined && handle !== undefined && isAlone('handle'))
    return { line: { is: 'promise', person: promisedTo, handle } }
  if (former !== undefined) return { faults: [{ path: 'former', problem: 'stands alone in its line' }] }
  if (promisedTo !== undefined) return { faults: [{ path: 'promisedTo', problem: 'stands beside a handle alone' }] }
  if (unionId === undefined) return { faults: [{ path: 'unionId', problem: 'is missing' }] }
  return {
    line: { is: 'person', unionId, ...(Object.fromEntries(given) as Omit<typeof person, 'unionId'>) } as TransferLine,
  }
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  const at = path.replace(/^\./, '')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: key, problem: 'is no key that is known' }))
  return [{ path: at, problem: issue.message }]
}

function wrong(problem: string): Fault[] {
  return [{ path: '', problem }]
}

/** By their numbers, from 1 on; without bytes where one is too long, of which no more is kept than that. */
async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<{ number: number; bytes: Buffer | undefined }> {
  let number = 1
  let parts: Buffer[] = []
  let size = 0
  const take = () => {
    const bytes = size > MAX_LINE_BYTES ? undefined : Buffer.concat(parts)
    parts = []
    size = 0
    return { number: number++, bytes }
  }
  const keep = (part: Buffer) => {
    size += part.length
    if (size <= MAX_LINE_BYTES) parts.push(part)
    else parts = []
  }
  for await (const chunk of source) {
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      keep(chunk.subarray(from, end))
      from = end + 1
      yield take()
    }
    keep(chunk.subarray(from))
  }
  if (size > 0) yield take()
}
