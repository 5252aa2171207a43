/** Each counts as nothing; digits, which may be part of an emoji, stay. */
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u{20e3}/gu
const ASCII = /^\p{ASCII}*$/u
const HAN = /\p{Script=Han}/u

/**
 * Writes a text in ASCII: Chinese in pinyin without tones, a surname in front as surnames are read (单 shan, 曾 zeng),
 * ü as v; other scripts as they are commonly transliterated; emoji not at all.
 * What knows the scripts takes megabytes, and is loaded for a text that needs it.
 */
export async function romanise(text: string): Promise<string> {
  const plain = text.normalize('NFKC').replace(EMOJI, ' ').trim()
  if (ASCII.test(plain)) return plain
  const read = HAN.test(plain) ? await inPinyin(plain) : plain
  if (ASCII.test(read)) return read
  const { default: inAscii } = await import('any-ascii')
  return inAscii(read)
}

async function inPinyin(text: string): Promise<string> {
  const { pinyin } = await import('pinyin-pro')
  return pinyin(text, { type: 'array', toneType: 'none', surname: 'head', nonZh: 'consecutive', v: true }).join('')
}
