import type { KubeObject } from '../../api/object.ts';
import type { CustomResourceColumnDefinition } from '../../schema/types.generated.ts';
import { AGE, type Cell, type Column, NAME, type PrintContext, since } from '../print/column.ts';
import { findByPath, parseJsonPath } from './json-path.ts';

/** What `kubectl get` shows of a custom resource (apiextensions `tableconvertor`). */

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `cellForJSONValue`: a value of another type than the column's shows nothing. */
function cellOf(type: string, value: unknown, { now }: PrintContext): Cell {
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : '';
    case 'number':
      return typeof value === 'number' ? value : '';
    case 'boolean':
      return typeof value === 'boolean' ? value : '';
    case 'date':
      return typeof value === 'string' ? since(value, now) : '';
    default:
      return typeof value === 'object' && value !== null ? textOf(value) : String(value);
  }
}

function columnOf({ name, type, jsonPath, format, priority = 0 }: CustomResourceColumnDefinition): Column {
  const steps = parseJsonPath(jsonPath) ?? [];
  return {
    name,
    type: type as Column['type'],
    ...(format === undefined ? {} : { format: format as 'name' }),
    ...(priority > 0 ? { wide: true } : {}),
    cell: (object: KubeObject, context) => {
      const found = findByPath(object, steps);
      // Several are shown one after the other; nothing is shown as such.
      if (found.length === 0) return '';
      return found.length === 1 ? cellOf(type, found[0], context) : found.map(textOf).join(' ');
    },
  };
}

/** The name and what the definition asks for; the age where it asks for nothing. */
export function customColumns(
  additional: readonly CustomResourceColumnDefinition[] | undefined,
): readonly Column[] {
  if (additional === undefined || additional.length === 0) return [NAME, AGE];
  return [NAME, ...additional.map(columnOf)];
}
