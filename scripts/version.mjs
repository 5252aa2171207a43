const PARTS = ['major', 'minor', 'patch']

/**
 * The version that `step` asks for: `major`, `minor`, `patch`, or one in full.
 * @throws where it is none of these, or not higher than the current one
 */
export function nextVersion(current, step) {
  const numbers = numbersOf(current)
  const part = PARTS.indexOf(step)
  const next = part < 0 ? numbersOf(step) : numbers.map((n, index) => (index < part ? n : index === part ? n + 1 : 0))
  if (!numbers || !next) throw new Error('Usage: npm run release -- <major|minor|patch|x.y.z> [--check <command>]')
  const differs = next.findIndex((n, index) => n !== numbers[index])
  if (differs < 0 || next[differs] < numbers[differs]) throw new Error(`${step} is not higher than ${current}.`)
  return next.join('.')
}

function numbersOf(version = '') {
  return /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(version) ? version.split('.').map(Number) : undefined
}
