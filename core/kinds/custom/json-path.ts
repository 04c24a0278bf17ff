import { isJsonObject } from '../../schema/decoding.ts';

/**
 * The paths that a CustomResourceDefinition may name for a printed column: fields, indexes, quoted keys, `[*]` and
 * `[?(@.type=="Ready")]` (k8s.io/client-go/util/jsonpath, as apiextensions uses it).
 */
type Step =
  | { readonly field: string }
  | { readonly index: number }
  | { readonly all: true }
  | { readonly where: readonly string[]; readonly equals: string };

const FIELD = /^\.?((?:\\.|[^.[\]\\])+)/;
const QUOTED = /^\[['"]([^'"]*)['"]\]/;
const INDEX = /^\[(-?\d+)\]/;
const ALL = /^(?:\[\*\]|\.\*)/;
const WHERE = /^\[\?\(\s*@((?:\.[\w-]+)+)\s*==\s*(?:"([^"]*)"|'([^']*)'|(true|false|-?\d+))\s*\)\]/;

/** `undefined` where the text is no such path. */
export function parseJsonPath(text: string): readonly Step[] | undefined {
  let rest = text.trim();
  if (rest.startsWith('{') && rest.endsWith('}')) rest = rest.slice(1, -1);
  if (rest.startsWith('$')) rest = rest.slice(1);
  const steps: Step[] = [];
  while (rest !== '' && rest !== '.') {
    const where = WHERE.exec(rest);
    const all = ALL.exec(rest);
    const index = INDEX.exec(rest);
    const quoted = QUOTED.exec(rest);
    const found = where ?? all ?? index ?? quoted ?? FIELD.exec(rest);
    if (found === null) return undefined;
    if (where !== null) {
      const equals = where[2] ?? where[3] ?? where[4] ?? '';
      steps.push({ where: (where[1] ?? '').split('.').slice(1), equals });
    } else if (all !== null) steps.push({ all: true });
    else if (index !== null) steps.push({ index: Number(index[1]) });
    else if (quoted !== null) steps.push({ field: quoted[1] ?? '' });
    else steps.push({ field: (found[1] ?? '').replace(/\\(.)/g, '$1') });
    rest = rest.slice(found[0].length);
  }
  return steps;
}

function fieldOf(value: unknown, field: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, field) ? value[field] : undefined;
}

function follow(value: unknown, step: Step): readonly unknown[] {
  if ('field' in step) {
    const next = fieldOf(value, step.field);
    return next === undefined ? [] : [next];
  }
  if ('all' in step) {
    if (Array.isArray(value)) return value;
    return isJsonObject(value) ? Object.values(value) : [];
  }
  if (!Array.isArray(value)) return [];
  if ('index' in step) {
    const item: unknown = value.at(step.index);
    return item === undefined ? [] : [item];
  }
  return value.filter((item) => String(step.where.reduce<unknown>(fieldOf, item)) === step.equals);
}

/** Everything that a path finds. */
export function findByPath(value: unknown, steps: readonly Step[]): readonly unknown[] {
  return steps.reduce<readonly unknown[]>(
    (found, step) => found.flatMap((item) => follow(item, step)),
    [value],
  );
}

/** The value with another one where a path of fields alone leads, made on the way where nothing is. */
export function withFieldAt(value: unknown, fields: readonly string[], next: unknown): unknown {
  const [field, ...rest] = fields;
  if (field === undefined) return next;
  const object = isJsonObject(value) ? value : {};
  return { ...object, [field]: withFieldAt(fieldOf(object, field), rest, next) };
}
