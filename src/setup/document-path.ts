import { isAbsolute, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const DOCUMENTS = new URL('../../docs/', import.meta.url)

/** Where a document of this package is, such as `zh/settings.md`: seen from a folder that holds it, else in full. */
export function documentPath(name: string, folder = process.cwd()): string {
  const path = fileURLToPath(new URL(name, DOCUMENTS))
  const fromThere = relative(folder, path)
  return fromThere.startsWith('..') || isAbsolute(fromThere) ? path : fromThere
}
