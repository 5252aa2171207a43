/** How a command of this program is given by whoever gave this one: through npm's scripts, or as `npx` has it. */
export function nextCommand(words: string, environment: NodeJS.ProcessEnv = process.env): string {
  const [name = '', ...rest] = words.split(' ')
  if (environment.npm_lifecycle_event !== 'setup') return `npx dingtalk-login ${words}`
  if (name === 'start') return 'npm start'
  return [`npm run ${name}`, ...(rest.length > 0 ? ['--', ...rest] : [])].join(' ')
}
