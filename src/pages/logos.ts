/** Each origin stands in a header, and proxies take headers of a few KB. */
const MAX_ORIGINS = 24
const MAX_ORIGIN_LENGTH = 100
const MAX_ADDRESS_LENGTH = 500
/** No other text may get into a policy: some hosts that URL takes have a `;` or a `'`. */
const PLAIN_ORIGIN = /^https?:\/\/[a-z0-9.:[\]_-]+$/

/** The logos that a page shows, by their applications' ids: of the first origins alone. Initials stand for the others. */
export function logosOf(applications: readonly { id: string; logoUrl: string | null }[]): Map<string, string> {
  const origins = new Set<string>()
  const logos = new Map<string, string>()
  for (const { id, logoUrl } of applications) {
    if (logoUrl === null || logoUrl.length > MAX_ADDRESS_LENGTH || !URL.canParse(logoUrl)) continue
    const { origin } = new URL(logoUrl)
    const isNameable = PLAIN_ORIGIN.test(origin) && origin.length <= MAX_ORIGIN_LENGTH
    if (!isNameable || (!origins.has(origin) && origins.size === MAX_ORIGINS)) continue
    origins.add(origin)
    logos.set(id, logoUrl)
  }
  return logos
}
