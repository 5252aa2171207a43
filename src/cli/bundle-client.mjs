import path from 'node:path'
import { buildSync } from 'esbuild'

/** What front ends load as `/client.js` or `dingtalk-login/client`. */
export const bundleOfClient = 'src/generated/client/client.js'

/** Makes the module, below the project's folder. */
export function bundleClient(root) {
  buildSync({
    entryPoints: [path.join(root, 'src/client/client.ts')],
    outfile: path.join(root, bundleOfClient),
    bundle: true,
    minify: true,
    format: 'esm',
    tsconfigRaw: {},
    // Chrome 80, Firefox 74; Safari 15.4 for BroadcastChannel.
    target: 'es2020',
  })
}
