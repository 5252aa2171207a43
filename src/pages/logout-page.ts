import { phrases } from './components/phrases.js'
import { Html, html } from './html.js'
import { type Brand, page } from './layout.js'
import { type Language, texts } from './texts.js'

interface LogoutPage {
  language: Language
  brand: Brand
  otherLanguageUrl: string
}

interface Question extends LogoutPage {
  username: string
  /** The name of the application that asks, where it says which it is. */
  application: string | undefined
  /** The empty form that confirms, as the provider has made it. */
  form: string
}

/** Asks whether to log out: anybody can send a person to this address. */
export function logoutPage({ language, brand, otherLanguageUrl, username, application, form }: Question): Html {
  const { question, asker, consequence, logOut, stay } = texts[language].logout
  const formId = /<form id="([\w.-]+)"/.exec(form)?.[1] ?? ''
  return page({
    language,
    brand,
    title: question,
    otherLanguageUrl,
    content: html`<h1>${phrases(language, question)}</h1>
<p>${application !== undefined && asker(application)}${consequence(username)}</p>
${new Html(form)}
<p class="actions"><button class="action" form="${formId}" name="logout" value="yes">${logOut}</button>
<button class="action quiet" form="${formId}">${stay}</button></p>`,
  })
}

/** Says that nobody is signed in any more. */
export function loggedOutPage({ language, brand, otherLanguageUrl }: LogoutPage): Html {
  const { done, advice, backToLogin } = texts[language].logout
  return page({
    language,
    brand,
    title: done,
    otherLanguageUrl,
    content: html`<h1>${phrases(language, done)}</h1>
<p>${phrases(language, advice)}</p>
<p class="actions"><a class="action" href="/login">${backToLogin}</a></p>`,
  })
}
