/** A slash after one of these words starts a regular expression; after any other word it divides. */
const wordsBeforeRegex = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'throw',
  'new',
  'else',
  'do',
  'await',
  'yield',
]);

/**
 * Blanks out comments, the text of strings and templates, and regular expressions; every other character stays
 * at its place, so that offsets and lines still fit. What is inside `${…}` is code and stays.
 *
 * A simple scanner, not a parser. It takes a slash after `)` or `}` for a division; a regular expression there
 * (`if (x) /re/.test(y)`) is read as code.
 */
export function maskNonCode(source) {
  const out = source.split('');
  const blank = (from, to) => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  /** For every open template: how many braces are open inside its current `${`. */
  const templateDepths = [];
  let at = 0;
  let previous = '';

  /** Reads a template's text from `at` to its end or its next `${`. */
  const readTemplateText = () => {
    const from = at;
    while (at < source.length) {
      if (source[at] === '\\') at += 2;
      else if (source[at] === '`') {
        blank(from, at);
        at++;
        previous = '`';
        return;
      } else if (source.startsWith('${', at)) {
        blank(from, at);
        at += 2;
        templateDepths.push(0);
        previous = '{';
        return;
      } else at++;
    }
    blank(from, source.length);
  };

  while (at < source.length) {
    const char = source[at];
    if (source.startsWith('//', at) || (at === 0 && source.startsWith('#!'))) {
      const end = source.indexOf('\n', at);
      const to = end === -1 ? source.length : end;
      blank(at, to);
      at = to;
    } else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      const to = end === -1 ? source.length : end + 2;
      blank(at, to);
      at = to;
    } else if (char === "'" || char === '"') {
      const from = at++;
      while (at < source.length && source[at] !== char && source[at] !== '\n')
        at += source[at] === '\\' ? 2 : 1;
      blank(from + 1, Math.min(at, source.length));
      at++;
      previous = char;
    } else if (char === '`') {
      at++;
      readTemplateText();
    } else if (char === '}' && templateDepths.at(-1) === 0) {
      templateDepths.pop();
      at++;
      readTemplateText();
    } else if (char === '/' && startsRegex(previous)) {
      const from = at++;
      let inClass = false;
      while (at < source.length && source[at] !== '\n' && (inClass || source[at] !== '/')) {
        if (source[at] === '\\') at++;
        else if (source[at] === '[') inClass = true;
        else if (source[at] === ']') inClass = false;
        at++;
      }
      blank(from + 1, Math.min(at, source.length));
      at++;
      previous = ')';
    } else if (/\s/.test(char)) {
      at++;
    } else if (/[\w$]/.test(char)) {
      const word = /[\w$]+/y;
      word.lastIndex = at;
      previous = word.exec(source)[0];
      at += previous.length;
    } else {
      if (templateDepths.length > 0) {
        if (char === '{') templateDepths[templateDepths.length - 1]++;
        if (char === '}') templateDepths[templateDepths.length - 1]--;
      }
      previous = char;
      at++;
    }
  }
  return out.join('');
}

/** Whether a slash after the token `previous` opens a regular expression, by what can't be divided. */
function startsRegex(previous) {
  if (previous === '') return true;
  if (/^[\w$]/.test(previous)) return wordsBeforeRegex.has(previous);
  return !')]}`\'"'.includes(previous);
}
