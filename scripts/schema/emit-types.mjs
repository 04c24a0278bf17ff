/** Writes the TypeScript interfaces of the schema. */

/** A longer enumeration (the 60 signals of a container's stop signal) is no help in a type. */
const ENUM_LIMIT = 16;

/** Written by hand in core/api/object.ts. */
const HAND_WRITTEN = ['@/apis/meta/v1/OwnerReference'];

const SCALARS = {
  string: 'string',
  boolean: 'boolean',
  number: 'number',
  integer: 'number',
  int32: 'number',
  int64: 'number',
  bytes: 'string',
  time: 'string',
  microTime: 'string',
  quantity: 'Quantity',
  intOrString: 'IntOrString',
  raw: 'RawObject',
  any: 'unknown',
};

/** @param {import('./read-models.mjs').Type} type @param {Map<string, string>} names */
function typeText(type, names) {
  switch (type.t) {
    case 'enum':
      return type.values.length > ENUM_LIMIT
        ? 'string'
        : type.values.map((value) => `'${value}'`).join(' | ');
    case 'ref':
      return names.get(type.id);
    case 'list': {
      const of = typeText(type.of, names);
      return of.includes(' | ')
        ? `readonly (${of})[]`
        : `readonly ${of}[]`.replace('readonly readonly', 'readonly');
    }
    case 'map':
      return `Readonly<Record<string, ${typeText(type.of, names)}>>`;
    case 'orBool':
      return `${names.get(type.id)} | boolean`;
    case 'orList':
      return `${names.get(type.id)} | readonly ${names.get(type.id)}[]`;
    case 'orStrings':
      return `${names.get(type.id)} | readonly string[]`;
    default:
      return SCALARS[type.t];
  }
}

/** @param {string} name */
const keyText = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`);

/**
 * @param {import('./read-models.mjs').Struct[]} structs in order of name
 * @param {Map<string, string>} names
 * @param {string} header
 */
export function emitTypes(structs, names, header) {
  const lines = [
    header,
    "import type { ObjectMeta, OwnerReference } from '../api/object.ts';",
    '',
    'export type { ObjectMeta, OwnerReference };',
    '/** An amount such as `500m` or `2Gi`; numbers are allowed on input. */',
    'export type Quantity = string | number;',
    '/** A port number or name; a count or a percentage. */',
    'export type IntOrString = string | number;',
    '/** JSON whose structure the API leaves open. */',
    'export type RawObject = Readonly<Record<string, unknown>>;',
  ];
  const metaId = '@/apis/meta/v1/ObjectMeta';
  for (const struct of structs) {
    if (HAND_WRITTEN.includes(struct.id)) continue;
    const isMeta = struct.id === metaId;
    const name = isMeta ? 'TemplateMeta' : names.get(struct.id);
    if (isMeta) lines.push('', '/** Metadata inside a template: what its objects start with. */');
    else lines.push('');
    lines.push(`export interface ${name} {`);
    for (const field of struct.fields) {
      const stored =
        struct.isKind && ['apiVersion', 'kind', 'metadata', 'spec', 'status'].includes(field.name);
      const required = field.required || stored;
      let text = typeText(field.type, names);
      if (struct.isKind && (field.name === 'apiVersion' || field.name === 'kind')) text = 'string';
      if (field.type.id === metaId) text = struct.isKind ? 'ObjectMeta' : 'TemplateMeta';
      lines.push(`  readonly ${keyText(field.name)}${required ? '' : '?'}: ${text};`);
    }
    lines.push('}');
  }
  return `${lines.join('\n')}\n`;
}
