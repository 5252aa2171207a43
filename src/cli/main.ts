#!/usr/bin/env node

// What runs all day loads nothing of the other commands.
const [command, ...rest] = process.argv.slice(2)
if (command === 'start' && rest.length === 0) (await import('../main.js')).startUntilStopped()
else await (await import('./program.js')).runProgram(process.argv.slice(2))
