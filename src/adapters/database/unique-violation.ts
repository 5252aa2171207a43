import { Prisma } from '../../generated/prisma/client.js'

/** Whether a write failed because another row has the same unique value already. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}
