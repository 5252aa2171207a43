// `npm publish` of this folder would publish whatever lies here. A tarball that a release has checked goes past this.
console.error('Nothing was published: npm run release makes a tarball, and prints the command that publishes it.')
process.exitCode = 1
