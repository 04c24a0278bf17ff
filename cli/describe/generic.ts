import type { KubeObject } from '../../core/api/object.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { DescribeText, sortedKeys } from './describe-text.ts';
import type { DescribeContext } from './describer.ts';
import { describeEvents } from './events-table.ts';

/** Told at the head of the description, or of no use to a reader. */
const TOLD_ALREADY = new Set([
  '.metadata.managedFields',
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
]);
const ACRONYMS = new Set(['API', 'URL', 'UID', 'GUID']);

/** Words of a camelCase name; a run of capitals is one word, and its last letter begins the next (`HTTPServer`). */
function words(field: string): readonly string[] {
  return field.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]|-+/g) ?? [];
}

/** `creationTimestamp` is `Creation Timestamp`; names with other signs stay as they are. */
function label(field: string): string {
  if (!/^[A-Za-z-]*$/.test(field)) return field;
  return words(field)
    .map((word) => {
      if (ACRONYMS.has(word.toUpperCase())) return word.toUpperCase();
      return word === word.toLowerCase() ? word.charAt(0).toUpperCase() + word.slice(1) : word;
    })
    .join(' ');
}

type Fields = Readonly<Record<string, unknown>>;

function describeFields(text: DescribeText, level: number, fields: Fields, path: string): void {
  for (const field of sortedKeys(fields)) {
    const value = fields[field];
    const here = `${path}.${field}`;
    if (TOLD_ALREADY.has(here)) continue;
    if (isJsonObject(value)) {
      text.line(level, `${label(field)}:`);
      describeFields(text, level + 1, value, here);
    } else if (Array.isArray(value)) {
      text.line(level, `${label(field)}:`);
      for (const item of value) {
        if (isJsonObject(item)) describeFields(text, level + 1, item, here);
        else text.line(level + 1, `${item}`);
      }
    } else {
      text.line(level, `${label(field)}:`, value === null ? '<nil>' : `${value}`);
    }
  }
}

/** Every field of an object of a kind that has no description of its own. */
export function describeAny(object: KubeObject, context: DescribeContext): string {
  const { metadata } = object;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  describeFields(text, 0, object as unknown as Fields, '');
  describeEvents(text, object, context);
  return text.toString();
}
