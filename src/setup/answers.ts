/** `oauth2`: an application made today; `qrconnect`: one for scan logins made earlier. */
export type Kind = 'oauth2' | 'qrconnect' | 'emulator'

/** Who gets in; `directory`: members, whose real names and departments are read too. */
export type Audience = 'members' | 'directory' | 'anyone'

/** An application's id and secret in DingTalk. */
export interface Credentials {
  appId: string
  appSecret: string
}

/** What the operator has said. */
export interface Answers extends Credentials {
  kind: Kind
  publicUrl: string
  frontendUrl: string
  audience: Audience
  /** The application that reads the directory, where it is another one. */
  directoryApp: Credentials | undefined
  /** The organisation's; undefined where it was left out. */
  corpId: string | undefined
}
