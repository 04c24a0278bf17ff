import { CelError } from '../error.ts';
import { fn, type Library } from '../overload.ts';
import { Opaque } from '../value.ts';

/** Semantic versions (https://semver.org, and Kubernetes' library of that name). */
const SEMVER = 'kubernetes.Semver';
const NUMBER = '0|[1-9]\\d*';
const IDENTIFIER = `(?:${NUMBER}|\\d*[a-zA-Z-][0-9a-zA-Z-]*)`;
const STRICT = new RegExp(
  `^(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

class SemverValue extends Opaque {
  readonly type = SEMVER;
  readonly numbers: readonly bigint[];
  readonly pre: readonly string[];

  constructor(numbers: readonly bigint[], pre: readonly string[]) {
    super();
    this.numbers = numbers;
    this.pre = pre;
  }

  equals(other: Opaque): boolean {
    return other instanceof SemverValue && compareVersions(this, other) === 0;
  }
}

function parse(text: string): SemverValue | undefined {
  const [whole, major = '', minor = '', patch = '', pre] = STRICT.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return new SemverValue(
    [BigInt(major), BigInt(minor), BigInt(patch)],
    pre === undefined ? [] : pre.split('.'),
  );
}

/** With `v` before it, zeros in front, and parts left out (Kubernetes `normalizeAndParse`). */
function normalized(text: string): string {
  const [, core = '', rest = ''] = /^v?([^-+]*)(.*)$/s.exec(text) ?? [];
  const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest;
}

function comparePre(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareVersions(a: SemverValue, b: SemverValue): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] as bigint;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.pre.length === 0 || b.pre.length === 0)
    return Number(a.pre.length === 0) - Number(b.pre.length === 0);
  for (const [index, part] of a.pre.entries()) {
    const other = b.pre[index];
    if (other === undefined) return 1;
    const order = comparePre(part, other);
    if (order !== 0) return order;
  }
  return a.pre.length < b.pre.length ? -1 : 0;
}

function semver(text: string): SemverValue {
  const found = parse(text);
  if (found === undefined) throw new CelError(`invalid semantic version: ${JSON.stringify(text)}`);
  return found;
}

const order = (a: unknown, b: unknown): number => compareVersions(a as SemverValue, b as SemverValue);

export const SEMVERS: Library = [
  fn('semver', `(string) ${SEMVER}`, ([text]) => semver(text as string)),
  fn('semver', `(string, bool) ${SEMVER}`, ([text, normalize]) =>
    semver(normalize === true ? normalized(text as string) : (text as string)),
  ),
  fn('isSemver', '(string) bool', ([text]) => parse(text as string) !== undefined),
  fn(
    'isSemver',
    '(string, bool) bool',
    ([text, normalize]) =>
      parse(normalize === true ? normalized(text as string) : (text as string)) !== undefined,
  ),
  fn('isGreaterThan', `${SEMVER}.(${SEMVER}) bool`, ([a, b]) => order(a, b) > 0),
  fn('isLessThan', `${SEMVER}.(${SEMVER}) bool`, ([a, b]) => order(a, b) < 0),
  fn('compareTo', `${SEMVER}.(${SEMVER}) int`, ([a, b]) => BigInt(order(a, b))),
  ...['major', 'minor', 'patch'].map((name, index) =>
    fn(name, `${SEMVER}.() int`, ([version]) => (version as SemverValue).numbers[index] as bigint),
  ),
];
