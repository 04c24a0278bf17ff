/**
 * Writes the structure table: one line of text per struct, which core/schema/table.ts parses when the struct
 * is first needed. core/schema/table.ts describes the notation.
 */
const CODES = {
  string: 's',
  boolean: 'b',
  number: 'd',
  integer: 'l',
  int32: 'i',
  int64: 'l',
  bytes: 'x',
  time: 't',
  microTime: 'u',
  quantity: 'q',
  intOrString: 'p',
  raw: 'r',
  any: 'a',
};

function typeCode(type, names) {
  switch (type.t) {
    case 'enum':
      return `=${type.values.map((value) => plain(value)).join(',')}`;
    case 'ref':
      return `#${names.get(type.id)}`;
    case 'list':
      return `[${typeCode(type.of, names)}`;
    case 'map':
      return `{${typeCode(type.of, names)}`;
    case 'orBool':
      return `?b#${names.get(type.id)}`;
    case 'orList':
      return `?l#${names.get(type.id)}`;
    case 'orStrings':
      return `?s#${names.get(type.id)}`;
    default:
      return CODES[type.t];
  }
}

/** Holds names and values free of the notation's own separators and of what a template literal reads. */
function plain(text) {
  if (/[;:!,\n`\\]|\$\{/.test(text)) throw new Error(`the notation of the table can't hold ${text}`);
  return text;
}

/**
 * @param {import('./read-models.mjs').Struct[]} structs in order of name
 * @param {Map<string, string>} names
 * @param {string} header
 */
export function emitTable(structs, names, header) {
  const kinds = [];
  const lines = [];
  for (const struct of structs) {
    const name = names.get(struct.id);
    if (struct.isKind) {
      const apiVersion = struct.fields.find((field) => field.name === 'apiVersion').type.values[0];
      kinds.push(`${apiVersion}/${struct.base}${struct.base === name ? '' : `=${name}`}`);
    }
    const fields = struct.fields.map((field) => {
      const literal = struct.isKind && (field.name === 'apiVersion' || field.name === 'kind');
      const code = literal ? 's' : typeCode(field.type, names);
      return `${plain(field.name)}${field.required ? '!' : ''}:${code}`;
    });
    lines.push(
      `${name}${struct.base === name ? '' : `=${struct.base}`};${struct.version};${fields.join(';')}`,
    );
  }
  kinds.sort();
  return `${[
    header,
    '',
    "/** Every kind, as `apiVersion/kind`, with the struct's name after `=` where it is another one. */",
    `export const KINDS_TEXT = \`${kinds.join('\n')}\`;`,
    '',
    '/** Every struct, in the notation of core/schema/table.ts. */',
    `export const STRUCTS_TEXT = \`${lines.join('\n')}\`;`,
  ].join('\n')}\n`;
}
