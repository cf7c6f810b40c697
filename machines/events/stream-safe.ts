/**
 * Stream-Safe Text (UAX #15, 13): no more than 30 marks on a letter, which is more than any writing
 * system has. To bring more into their order takes whoever compares texts quadratic time.
 */

/** Marks, and the two signs of half-width kana that stand for one. */
export const markPattern = '[\\p{M}\\uFF9E\\uFF9F]';
export const mostMarks = 30;

const mark = new RegExp(markPattern, 'u');

/** Whether the character that the code unit belongs to is a mark. */
function isMark(text: string, at: number): boolean {
  const code = text.codePointAt(at) ?? 0;
  const isSecondHalf = code >= 0xdc00 && code < 0xe000;
  return mark.test(String.fromCodePoint(isSecondHalf ? (text.codePointAt(at - 1) ?? 0) : code));
}

/** Looks at few of the code units: of a row that is too long, one is among them. */
export function isStreamSafe(text: string): boolean {
  for (let at = mostMarks; at < text.length; at += mostMarks + 1) {
    if (!isMark(text, at)) continue;
    let from = at;
    while (from > 0 && isMark(text, from - 1)) from -= 1;
    while (at < text.length && isMark(text, at)) at += 1;
    if (Array.from(text.slice(from, at)).length > mostMarks) return false;
  }
  return true;
}

/** Tells of a text whether it has at most so many characters (code points). */
export const hasAtMost =
  (most: number) =>
  (text: string): boolean =>
    text.length <= most || (text.length <= 2 * most && Array.from(text).length <= most);
