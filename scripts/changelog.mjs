const HEADING = '## [Unreleased]\n'

/**
 * A changelog whose section of what is unreleased has become this version's, with an empty one above it.
 * @throws where there is no such section, or nothing is in it
 */
export function releaseChangelog(text, version, date) {
  const [before, after, ...more] = text.replaceAll('\r\n', '\n').split(HEADING)
  if (after === undefined || more.length > 0) throw new Error('CHANGELOG.md has no section [Unreleased], or several.')
  const [section] = after.split(/^## /m)
  if (!/^- \S/m.test(section))
    throw new Error('CHANGELOG.md says nothing of this version: its section [Unreleased] is empty.')
  return `${before}${HEADING}\n## [${version}] - ${date}\n${after}`
}
