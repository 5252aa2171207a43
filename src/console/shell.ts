import { consolePage } from '../pages/console-layout.js'
import { type Html, html } from '../pages/html.js'
import type { Brand } from '../pages/layout.js'
import { inOtherLanguage } from '../pages/other-language.js'
import { shellTexts } from './texts/shell.js'
import { type Screen, type Section, sections, type Visit } from './visit.js'

const paths: Record<Section, string> = {
  overview: '/admin',
  people: '/admin/people',
  applications: '/admin/applications',
  groups: '/admin/groups',
  trail: '/admin/trail',
  settings: '/admin/settings',
}

/** A whole page of the console around this screen: navigation, the account, the content. */
export function shell({ visit, screen, brand }: { visit: Visit; screen: Screen; brand: Brand }): Html {
  const { language, href, administrator, req } = visit
  const texts = shellTexts[language]
  return consolePage({
    language,
    brand,
    title: screen.title,
    otherLanguageUrl: inOtherLanguage(req),
    script: screen.script,
    consoleName: texts.name,
    skip: texts.skip,
    navigation: texts.navigation,
    links: sections.map((section) => ({
      href: href(paths[section]),
      text: texts.sections[section],
      isCurrent: section === screen.section,
    })),
    account: {
      href: href('/account'),
      text: administrator.nick,
      title: texts.account,
      avatarUrl: administrator.avatarUrl,
    },
    content: html`<h1>${screen.title}</h1>
${screen.content}`,
  })
}
