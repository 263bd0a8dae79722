// SPDX-License-Identifier: Apache-2.0

/**
 * How many columns of a terminal a text takes.
 *
 * Marks that combine and characters without a shape take none; East Asian wide and full-width
 * characters and emoji take two (Unicode Standard Annex 11); control characters are not expected.
 */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text.normalize('NFC')) {
    if (/[\p{Mark}\p{Default_Ignorable_Code_Point}]/u.test(character)) continue
    width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1
  }
  return width
}

const isWide = (code: number): boolean =>
  wideRanges.some(([first, last]) => code >= first && code <= last)

/** Coarse: unassigned code points in between are wide as well, as the annex has it for most. */
const wideRanges: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f], // Hangul initial consonants
  [0x2e80, 0x303e], // CJK radicals and punctuation
  [0x3041, 0x33ff], // kana, bopomofo, CJK compatibility
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf], // CJK ideographs, Yi
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3], // Hangul syllables
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60], // full-width forms
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f], // emoji
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
]
