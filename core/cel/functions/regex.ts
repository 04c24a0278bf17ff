import type { RE2JS } from 're2js';
import { re2 } from '../../text/re2.ts';
import { CelError } from '../error.ts';
import { type CallContext, fn, type Library } from '../overload.ts';
import type { Value } from '../value.ts';

/** Throws where the pattern is none. */
function regex(pattern: string): RE2JS {
  const found = re2(pattern);
  if (!found.ok) throw new CelError(found.error);
  return found.regex;
}

/** cel-go's price: the text's length times a quarter of the pattern's. */
function pay({ charge }: CallContext, text: string, pattern: string): void {
  charge(Math.ceil((text.length + 1) / 10) * Math.max(1, Math.ceil(pattern.length / 4)));
}

function all(text: string, pattern: string, limit: number): Value {
  const matcher = regex(pattern).matcher(text);
  const found: string[] = [];
  while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

export const REGEX: Library = [
  ...['string.(string) bool', '(string, string) bool'].map((signature) =>
    fn('matches', signature, ([text, pattern], context) => {
      pay(context, text as string, pattern as string);
      return regex(pattern as string)
        .matcher(text as string)
        .find();
    }),
  ),
  fn('find', 'string.(string) string', ([text, pattern], context) => {
    pay(context, text as string, pattern as string);
    const matcher = regex(pattern as string).matcher(text as string);
    return matcher.find() ? (matcher.group() ?? '') : '';
  }),
  fn('findAll', 'string.(string) list(string)', ([text, pattern], context) => {
    pay(context, text as string, pattern as string);
    return all(text as string, pattern as string, Number.MAX_SAFE_INTEGER);
  }),
  fn('findAll', 'string.(string, int) list(string)', ([text, pattern, limit], context) => {
    pay(context, text as string, pattern as string);
    const count = limit as bigint;
    return all(text as string, pattern as string, count < 0n ? Number.MAX_SAFE_INTEGER : Number(count));
  }),
];
