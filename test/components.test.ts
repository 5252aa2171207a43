import { describe, expect, it } from 'vitest'
import { linkButton } from '../src/pages/components/actions.js'
import { areaField, selectField, textField } from '../src/pages/components/field.js'
import { emptyState, pager } from '../src/pages/components/notes.js'
import { avatar, personChip } from '../src/pages/components/person.js'
import { phrases } from '../src/pages/components/phrases.js'
import { table } from '../src/pages/components/table.js'
import { relativeTime } from '../src/pages/components/time.js'
import { contentSecurityPolicy } from '../src/pages/content-security-policy.js'
import { html } from '../src/pages/html.js'
import { consoleStylesheet, stylesheet } from '../src/pages/stylesheet.js'

const HOSTILE = '"><script>alert(1)</script>'

describe('the components', () => {
  it('tie a field to its label, its hint and what is wrong with it', () => {
    const field = textField({ name: 'why', label: 'Why', hint: 'A sentence', fault: 'Too long', value: 'x' }).toString()
    expect(field).toContain('<label for="why">Why</label>')
    expect(field).toContain('id="why" name="why" aria-describedby="why-hint why-fault" aria-invalid="true"')
    expect(field).toContain('<p class="hint" id="why-hint">A sentence</p>')
    expect(field).toContain('<p class="fault" id="why-fault">Too long</p>')
    expect(textField({ name: 'why', label: 'Why' }).toString()).not.toContain('aria-')
  })

  it('show hostile text as text', () => {
    const parts = [
      textField({ name: 'a', label: HOSTILE, hint: HOSTILE, fault: HOSTILE, value: HOSTILE, placeholder: HOSTILE }),
      areaField({ name: 'b', label: HOSTILE, value: `</textarea>${HOSTILE}` }),
      selectField({ name: 'c', label: HOSTILE, options: [{ value: HOSTILE, text: HOSTILE }], value: HOSTILE }),
      table({ caption: HOSTILE, columns: [{ title: HOSTILE }], rows: [[HOSTILE]] }),
      personChip({ nick: HOSTILE, avatarUrl: HOSTILE }, HOSTILE),
      emptyState({ title: HOSTILE, text: HOSTILE, action: linkButton(HOSTILE, HOSTILE, { label: HOSTILE }) }),
      pager({ label: HOSTILE, older: { href: HOSTILE, text: HOSTILE } }),
    ]
    expect(html`${parts}`.toString()).not.toContain('<script')
    expect(html`${parts}`.toString()).not.toContain('="">')
  })

  it('keep what was typed into a text of several lines, its first line being empty too', () => {
    expect(areaField({ name: 'a', label: 'A', value: '\nx' }).toString()).toContain('>\n\nx</textarea>')
  })

  it('name each cell by its column, for cards', () => {
    const columns = [{ title: 'Name' }, { title: 'Logins', isNumber: true }, { title: 'Actions', isActions: true }]
    const text = table({ caption: 'People', columns, rows: [['张三', 3, html`<b>x</b>`]] }).toString()
    expect(text).toContain('data-label="Name"><div>张三</div>')
    expect(text).toContain('class="number" data-label="Logins"><div>3</div>')
    expect(text).toContain('<td role="cell"><div><b>x</b></div></td>')
  })

  it.each([
    ['张三', '张'],
    ['  ada', 'A'],
    ['👩‍👩‍👧 family', '👩‍👩‍👧'],
    ['', '?'],
  ])('show a person called %j without a picture as %s', (nick, initial) => {
    expect(avatar({ nick, avatarUrl: null }).toString()).toBe(
      `<span class="avatar" aria-hidden="true">${initial}</span>`,
    )
  })

  it.each([
    ['登录后要前往的地址未被允许', ['登录后要', '前往的', '地址未被', '允许']],
    ['请打开“钉钉”，再试。', ['请', '打开', '“钉钉”，', '再试。']],
  ])('break %s between words', (text, parts) => {
    const markup = phrases('zh', text).toString()
    expect(markup.replace(/<[^>]+>/g, '')).toBe(text)
    expect(markup.replace(/<\/?span[^>]*>/g, '').split('<wbr>')).toEqual(parts)
    expect(phrases('en', text).toString()).toBe(text)
  })

  it('show what stands between words as text', () => {
    expect(phrases('zh', HOSTILE).toString()).not.toContain('<script')
  })

  it('say a time to the minute in UTC, for whom no script says it better', () => {
    expect(relativeTime(new Date('2026-01-02T03:04:05Z')).toString()).toBe(
      '<time datetime="2026-01-02T03:04:05.000Z" data-relative>2026-01-02 03:04 UTC</time>',
    )
  })
})

describe('the stylesheets', () => {
  it('are admitted one by one', () => {
    expect(contentSecurityPolicy()).toContain(stylesheet.hash)
    expect(contentSecurityPolicy()).not.toContain(consoleStylesheet.hash)
    const ofConsole = contentSecurityPolicy({ sheet: consoleStylesheet })
    expect(ofConsole).toContain(consoleStylesheet.hash)
    expect(ofConsole).not.toContain(stylesheet.hash)
  })

  it('are small, and name colours among the tokens alone', () => {
    expect(stylesheet.css.length).toBeLessThan(10 * 1024)
    expect(consoleStylesheet.css.length).toBeLessThan(16 * 1024)
    const rules = consoleStylesheet.css.split('* { box-sizing')[1] ?? ''
    expect(rules.match(/#[0-9a-f]{3,8}\b/g)).toBeNull()
  })
})
