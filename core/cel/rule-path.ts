import type { JSONSchemaProps } from '../schema/types.generated.ts';
import { valuesOf } from './schema-type.ts';

/**
 * `fieldPath` of a validation rule, relative to where the rule stands: `.spec.replicas`, `.map['a key']`
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-field-path).
 */
export type RulePath =
  | { /** As errors show it: `.replicas`, `[a key]`. */ readonly suffix: string }
  | { readonly problem: string };

interface Piece {
  readonly name: string;
  readonly length: number;
}

function quotedPiece(text: string): Piece | undefined {
  const [whole, body] = /^\['((?:[^'\\]|\\['\\])*)'\]/.exec(text) ?? [];
  return whole === undefined || body === undefined
    ? undefined
    : { name: body.replace(/\\(['\\])/g, '$1'), length: whole.length };
}

function dottedPiece(text: string): Piece | undefined {
  const [whole, name] = /^\.([a-zA-Z_][a-zA-Z0-9_]*)/.exec(text) ?? [];
  return whole === undefined || name === undefined ? undefined : { name, length: whole.length };
}

export function rulePath(path: string, schema: JSONSchemaProps): RulePath {
  let rest = path.trim();
  let at: JSONSchemaProps = schema;
  let suffix = '';
  if (rest === '') return { suffix };
  while (rest !== '') {
    const piece = dottedPiece(rest) ?? quotedPiece(rest);
    if (piece === undefined) return { problem: `expected child of object or map at ${JSON.stringify(rest)}` };
    const values = valuesOf(at);
    const property: JSONSchemaProps | undefined = Object.hasOwn(at.properties ?? {}, piece.name)
      ? at.properties?.[piece.name]
      : undefined;
    const next = property ?? values;
    if (next === undefined) return { problem: 'does not refer to a valid field' };
    suffix += property === undefined ? `[${piece.name}]` : `.${piece.name}`;
    at = next;
    rest = rest.slice(piece.length);
  }
  return { suffix };
}
