import path from 'node:path'
import { buildSync } from 'esbuild'

/** What the DingTalk client loads: our page's script, and what it needs of DingTalk's library. */
export const bundleOfInClient = 'src/generated/in-client/in-client.js'

/** Makes it, below the project's folder. */
export function bundleInClient(root) {
  buildSync({
    entryPoints: [path.join(root, 'src/pages/in-client/main.js')],
    outfile: path.join(root, bundleOfInClient),
    bundle: true,
    minify: true,
    // A classic script: DingTalk's library finds the global object in a way that strict code would not let it.
    format: 'iife',
    tsconfigRaw: {},
    // The browsers inside of phones that are a few years old.
    target: 'es2018',
    banner: { js: '/* With parts of dingtalk-jsapi and promise-polyfill, both under the MIT license. */' },
  })
}
