import { z } from 'zod';
import { labelValue, qualifiedName } from '../../../core/kinds/validation/names.ts';
import { canonicalQuantity } from '../../../core/schema/quantity-text.ts';
import { DURATION_FORM, formatDuration, parseDuration } from '../duration.ts';
import { shown, unknownField } from '../problem.ts';
import type { TimeSpread } from '../scenario.ts';

/**
 * The leaves of the schema. Each says what it wants in its own words, so that a problem reads
 * `expected a whole number of at least 0, got "three"`, whatever check it failed.
 */
interface RawIssue {
  readonly input?: unknown;
}

export function wanted(what: string): { error: (issue: RawIssue) => string } {
  return {
    error: ({ input }) =>
      input === undefined ? `is missing: expected ${what}` : `expected ${what}, got ${shown(input)}`,
  };
}

/** An object without other fields than these. The messages for several unknown ones stand in lines of their own. */
export function strict<S extends z.ZodRawShape>(
  shape: S,
  what = 'an object',
): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape).filter((key) => !isAbsent(shape[key]));
  const other = wanted(what);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownField(key, known)).join('\n')
        : other.error(issue),
  });
}

function isAbsent(field: unknown): boolean {
  return field instanceof z.ZodOptional && field.unwrap() instanceof z.ZodNever;
}

/** What editors are told of a schema that reads its input by code of its own. */
const editorSchemas = new WeakMap<object, z.ZodType>();

export function forEditors<T extends z.ZodType>(shape: z.ZodType, schema: T): T {
  editorSchemas.set(schema, shape);
  return schema;
}

/** The JSON Schema of what may be written. */
export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // A bound that no number passes says nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER || jsonSchema.maximum === Number.MAX_VALUE) {
        delete jsonSchema.maximum;
      }
      const shape = editorSchemas.get(zodSchema);
      if (shape === undefined) return;
      const { $schema, ...inner } = jsonSchemaOf(shape);
      Object.assign(jsonSchema, inner);
    },
  });
}

export function text(what = 'a text'): z.ZodString {
  return z.string(wanted(what)).min(1, wanted(what));
}

export function textLike(pattern: RegExp, what: string): z.ZodString {
  return z.string(wanted(what)).regex(pattern, wanted(what));
}

export const flag: z.ZodBoolean = z.boolean(wanted('true or false'));

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodInt {
  const what =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${min}`
      : `a whole number from ${min} to ${max}`;
  return z.int(wanted(what)).min(min, wanted(what)).max(max, wanted(what));
}

export function number(min: number, max: number = Number.MAX_VALUE): z.ZodNumber {
  const what = max === Number.MAX_VALUE ? `a number of at least ${min}` : `a number from ${min} to ${max}`;
  return z.number(wanted(what)).min(min, wanted(what)).max(max, wanted(what));
}

export function listOf<T extends z.ZodType>(item: T, what: string): z.ZodArray<T> {
  return z.array(item, wanted(what));
}

export function oneOf<const T extends readonly string[]>(values: T): z.ZodEnum<{ [K in T[number]]: K }> {
  return z.enum(values, wanted(`one of ${values.join(', ')}`)) as z.ZodEnum<{ [K in T[number]]: K }>;
}

const durationInput = z.union([z.string(), z.number()], wanted(DURATION_FORM));

/** Microseconds. */
export const duration = durationInput.transform((value, context): number => {
  const parsed = parseDuration(value);
  if ('duration' in parsed) return parsed.duration;
  context.issues.push({ code: 'custom', message: parsed.error, input: value });
  return z.NEVER;
});

/** Microseconds, at least so many. */
export function durationFrom(least: number): z.ZodType<number> {
  return duration.check((context) => {
    if (context.value >= least) return;
    const message = `expected a duration of at least ${formatDuration(least)}, got ${formatDuration(context.value)}`;
    context.issues.push({ code: 'custom', message, input: context.value });
  });
}

/**
 * A short form or an object. A union would say of a mistake inside the object only that neither fits, so the form
 * of the value decides by which it is read.
 */
export function eitherTextOr<T>(short: z.ZodType<T>, object: z.ZodType<T>, form: string): z.ZodType<T> {
  return forEditors(
    z.union([short, object]),
    z.unknown().transform((value, context): T => {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      const isShort = typeof value === 'string' || typeof value === 'number';
      if (!isObject && !isShort) {
        context.issues.push({ code: 'custom', message: wanted(form).error({ input: value }), input: value });
        return z.NEVER;
      }
      return readWith(isObject ? object : short, value, context);
    }),
  );
}

/** Reads a value by a schema that was chosen by looking at it, and hands on what is wrong. */
export function readWith<T>(
  schema: z.ZodType<T>,
  value: unknown,
  context: z.core.$RefinementCtx<unknown>,
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  context.issues.push(...(parsed.error.issues as z.core.$ZodRawIssue[]));
  return z.NEVER;
}

/** A duration alone means: always this long. */
export const spread = eitherTextOr(
  duration.transform((value): TimeSpread => ({ p50: value, p99: value })),
  strict({ p50: duration, p99: duration }).transform((value, context): TimeSpread => {
    if (value.p99 < value.p50) {
      context.issues.push({
        code: 'custom',
        message: 'is shorter than p50',
        input: value.p99,
        path: ['p99'],
      });
    }
    return value;
  }),
  'a duration, or { p50, p99 }',
);

const QUANTITY_FORM = 'a quantity such as 500m, 4 or 16Gi';

/** In its canonical text. */
export const quantity = z
  .union([z.string(), z.number()], wanted(QUANTITY_FORM))
  .transform((value, context): string => {
    const canonical = canonicalQuantity(`${value}`);
    if (!('error' in canonical) && !canonical.text.startsWith('-')) return canonical.text;
    const message =
      'error' in canonical
        ? `expected ${QUANTITY_FORM}, got ${shown(value)}`
        : `a quantity can't be negative here, got ${shown(value)}`;
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  });

const quoted = wanted('a text (in quotes, where YAML would take it for something else)');

/** Labels, with their keys sorted, so that a scenario has one form. */
export const labels = z
  .record(z.string(), z.string(quoted), wanted('labels such as { app: web }'))
  .transform((given, context): Readonly<Record<string, string>> => {
    const sorted: Record<string, string> = {};
    for (const key of Object.keys(given).sort()) {
      const value = given[key]!;
      for (const problem of [...qualifiedName(key), ...labelValue(value)]) {
        context.issues.push({ code: 'custom', message: problem, input: value, path: [key] });
      }
      sorted[key] = value;
    }
    return sorted;
  });

/** An object of the API, as it stands in the file. */
export const anyObject = z.record(z.string(), z.unknown(), wanted('an object'));

/** RFC 1123: the names of most things. */
export const dnsLabel = textLike(
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  "a name of lower-case letters, digits and '-' (at most 63)",
);
export const dnsSubdomain = textLike(
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  "a name of lower-case letters, digits, '-' and '.'",
);
