/** The file that `undici-adapter.ts` loads by itself: undici describes its exports as a whole only. */
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici'
  export default Client
}
