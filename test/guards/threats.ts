/** The threats of SECURITY.md's table, each with the files of the tests that it names. */
export function testsOfThreats(security: string): Map<string, string[]> {
  const rows = security.split('\n').filter((line) => line.startsWith('| **'))
  return new Map(
    rows.map((row) => {
      const [, threat = '', , tests = ''] = row.split('|')
      const name = /\*\*(.+?)\*\*/.exec(threat)?.[1] ?? ''
      return [name, [...new Set([...tests.matchAll(/`([\w/-]+\.test\.ts)`/g)].map(([, file = '']) => file))]]
    }),
  )
}
