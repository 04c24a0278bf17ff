/**
 * What Go's decoder says of a text that is no JSON (`encoding/json`, scanner.go), since clients show its words.
 */
const END = 'unexpected end of JSON input';
const SPACE = ' \t\r\n';
const HEX_DIGITS = 4;
/** Deeper than any object of the API, and shallow enough for whoever walks through it. Go stops at ten thousand. */
export const DEPTH_MAX = 1000;

class JsonProblem extends Error {}

class Scanner {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** One value, and nothing after it. */
  document(): void {
    this.value();
    this.space();
    if (this.at < this.text.length) this.fail('after top-level value');
  }

  private fail(where: string): never {
    const char = this.text[this.at];
    if (char === undefined) throw new JsonProblem(END);
    const quoted = char === "'" ? "'\\''" : char === '"' ? `'"'` : `'${JSON.stringify(char).slice(1, -1)}'`;
    throw new JsonProblem(`invalid character ${quoted} ${where}`);
  }

  private space(): void {
    while (this.at < this.text.length && SPACE.includes(this.text[this.at] as string)) this.at += 1;
  }

  private peek(): string | undefined {
    return this.text[this.at];
  }

  private take(char: string, where: string): void {
    if (this.peek() !== char) this.fail(where);
    this.at += 1;
  }

  /** Lists and objects are a loop over what is open, so that no depth of nesting is too deep. */
  private value(): void {
    const open: ('[' | '{')[] = [];
    for (;;) {
      this.space();
      const char = this.peek();
      if (char === '{' || char === '[') {
        this.at += 1;
        this.space();
        if (this.peek() !== (char === '{' ? '}' : ']')) {
          open.push(char);
          if (open.length > DEPTH_MAX) throw new JsonProblem('exceeded max depth');
          if (char === '{') this.key();
          continue;
        }
        this.at += 1;
      } else this.scalar(char);
      while (open.length > 0) {
        this.space();
        const inside = open.at(-1);
        if (this.peek() === ',') break;
        this.take(
          inside === '{' ? '}' : ']',
          inside === '{' ? 'after object key:value pair' : 'after array element',
        );
        open.pop();
      }
      const inside = open.at(-1);
      if (inside === undefined) return;
      this.at += 1;
      this.space();
      if (inside === '{') this.key();
    }
  }

  private key(): void {
    if (this.peek() !== '"') this.fail('looking for beginning of object key string');
    this.string();
    this.space();
    this.take(':', 'after object key');
  }

  private scalar(char: string | undefined): void {
    if (char === '"') this.string();
    else if (char === 't') this.literal('true');
    else if (char === 'f') this.literal('false');
    else if (char === 'n') this.literal('null');
    else if (char === '-' || (char !== undefined && char >= '0' && char <= '9')) this.number();
    else this.fail('looking for beginning of value');
  }

  private literal(word: string): void {
    for (const char of word) this.take(char, `in literal ${word} (expecting '${char}')`);
  }

  private string(): void {
    this.at += 1;
    for (;;) {
      const char = this.peek();
      if (char === undefined || char < ' ') this.fail('in string literal');
      this.at += 1;
      if (char === '"') return;
      if (char === '\\') this.escape();
    }
  }

  private escape(): void {
    const char = this.peek();
    if (char === undefined || !'bfnrt\\/"u'.includes(char)) this.fail('in string escape code');
    this.at += 1;
    if (char !== 'u') return;
    for (let digit = 0; digit < HEX_DIGITS; digit += 1) {
      if (!/[0-9a-fA-F]/.test(this.peek() ?? '')) this.fail('in \\u hexadecimal character escape');
      this.at += 1;
    }
  }

  private digits(where: string): void {
    if (!/\d/.test(this.peek() ?? '')) this.fail(where);
    while (/\d/.test(this.peek() ?? '')) this.at += 1;
  }

  private number(): void {
    if (this.peek() === '-') this.at += 1;
    if (this.peek() === '0') this.at += 1;
    else this.digits('in numeric literal');
    if (this.peek() === '.') {
      this.at += 1;
      this.digits('after decimal point in numeric literal');
    }
    if (this.peek() === 'e' || this.peek() === 'E') {
      this.at += 1;
      if (this.peek() === '+' || this.peek() === '-') this.at += 1;
      this.digits('in exponent of numeric literal');
    }
  }
}

/** Why a text is no JSON; `undefined` where it is. */
export function jsonProblem(text: string): string | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (error) {
    if (error instanceof JsonProblem) return error.message;
    throw error;
  }
}
