import type { Language } from '../../pages/texts.js'

export interface NewApplicationTexts {
  product: string
  otherProduct: string
  proxyProduct: string
  address: string
  addressHint: string
  make: string
  made(name: string): string
  secret: string
  secretOnce: string
  paste(product: string): string
  pasteHint: string
  otherFacts: string
  copy: string
  copied: string
  missingCallback(end: string): string
  toApplication: string
  rotated: string
}

/** The texts of the way to a new application, and of what it is pasted into. */
export const newApplicationTexts: Record<Language, NewApplicationTexts> = {
  en: {
    product: 'Which product is it?',
    otherProduct: 'Something else that speaks OpenID Connect',
    proxyProduct: 'A host behind nginx or another proxy',
    address: 'Its address',
    addressHint: 'Such as https://grafana.example.com; of something else the whole redirect URI (callback).',
    make: 'Add it',
    made: (name) => `${name} is added`,
    secret: 'Its secret',
    secretOnce: 'It is shown this once. Whoever loses it makes a new one.',
    paste: (product) => `Paste into ${product}`,
    pasteHint: 'The secret stands in it only at the moment when it is made.',
    otherFacts: 'What its settings ask for',
    copy: 'Copy',
    copied: 'Copied',
    missingCallback: (end) => `The application has no redirect URI that ends in ${end}: change that.`,
    toApplication: 'To the application',
    rotated: 'The new secret',
  },
  zh: {
    product: '是哪种产品？',
    otherProduct: '其他支持 OpenID Connect 的应用',
    proxyProduct: 'nginx 等代理后的站点',
    address: '地址',
    addressHint: '例如 https://grafana.example.com；其他应用请填写完整的回调地址（redirect URI）。',
    make: '添加',
    made: (name) => `已添加 ${name}`,
    secret: '密钥',
    secretOnce: '只显示这一次。丢失后只能重新生成。',
    paste: (product) => `粘贴到 ${product}`,
    pasteHint: '只有在生成的那一刻，文本中才带有密钥。',
    otherFacts: '应用的设置里需要填写',
    copy: '复制',
    copied: '已复制',
    missingCallback: (end) => `应用还没有以 ${end} 结尾的回调地址，请补上。`,
    toApplication: '查看应用',
    rotated: '新密钥',
  },
}
