/**
 * Version 2 of the OpenAPI document as a protobuf message (`openapi.v2.Document`, numbers of
 * https://github.com/google/gnostic/blob/main/openapiv2/OpenAPIv2.proto), which kubectl asks for: as much of it as
 * core/rest/openapi-v2.ts makes use of.
 */

type Json = Readonly<Record<string, unknown>>;

const BYTES = 2;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + BYTES), varint(content.length), content]);
}

function text(number: number, value: unknown): Buffer {
  return typeof value === 'string' ? field(number, Buffer.from(value)) : Buffer.alloc(0);
}

function texts(number: number, values: unknown): Buffer {
  return Buffer.concat(Array.isArray(values) ? values.map((value) => text(number, value)) : []);
}

function flag(number: number, value: unknown): Buffer {
  return value === true ? Buffer.concat([varint(number * 8), varint(1)]) : Buffer.alloc(0);
}

function within(number: number, value: unknown, write: (value: Json) => Buffer): Buffer {
  return value === undefined ? Buffer.alloc(0) : field(number, write(value as Json));
}

/** A map is a list of messages with a name and a value. */
function named(number: number, map: unknown, write: (value: Json) => Buffer): Buffer {
  return Buffer.concat(
    Object.entries((map ?? {}) as Json).map(([name, value]) =>
      field(number, Buffer.concat([text(1, name), field(2, write(value as Json))])),
    ),
  );
}

/** Values of extensions are YAML in text, of which JSON is a part. */
function extensions(number: number, of: Json): Buffer {
  const own = Object.fromEntries(Object.entries(of).filter(([name]) => name.startsWith('x-')));
  return named(number, own, (value) => text(2, JSON.stringify(value)));
}

function schema(of: Json): Buffer {
  return Buffer.concat([
    text(1, of.$ref),
    text(2, of.format),
    text(4, of.description),
    texts(19, of.required),
    within(21, of.additionalProperties, (value) => field(1, schema(value))),
    within(22, of.type, () => text(1, of.type)),
    within(23, of.items, (value) => field(1, schema(value))),
    within(25, of.properties, (value) => named(1, value, schema)),
    extensions(31, of),
  ]);
}

function inBody(of: Json): Buffer {
  return Buffer.concat([
    text(2, of.name),
    text(3, of.in),
    flag(4, of.required),
    within(5, of.schema, schema),
  ]);
}

/** Of a query and of a path: the numbers are one apart after the fifth. */
function outsideBody(of: Json): Buffer {
  const isQuery = of.in === 'query';
  const content = Buffer.concat([
    flag(1, of.required),
    text(2, of.in),
    text(4, of.name),
    text(isQuery ? 6 : 5, of.type),
    flag(isQuery ? 20 : 19, of.uniqueItems),
  ]);
  return field(isQuery ? 3 : 4, content);
}

function parameters(number: number, list: unknown): Buffer {
  return Buffer.concat(
    ((list ?? []) as readonly Json[]).map((of) => {
      const parameter = of.in === 'body' ? field(1, inBody(of)) : field(2, outsideBody(of));
      return field(number, field(1, parameter));
    }),
  );
}

function response(of: Json): Buffer {
  const content = Buffer.concat([
    text(1, of.description),
    within(2, of.schema, (value) => field(1, schema(value))),
  ]);
  return field(1, content);
}

function operation(of: Json): Buffer {
  return Buffer.concat([
    text(5, of.operationId),
    texts(6, of.produces),
    texts(7, of.consumes),
    parameters(8, of.parameters),
    within(9, of.responses, (value) => named(1, value, response)),
    texts(10, of.schemes),
    extensions(13, of),
  ]);
}

function pathItem(of: Json): Buffer {
  return Buffer.concat([
    within(2, of.get, operation),
    within(3, of.put, operation),
    within(4, of.post, operation),
    within(5, of.delete, operation),
    within(8, of.patch, operation),
    parameters(9, of.parameters),
  ]);
}

export function openApiProtobuf(document: Json): Buffer {
  return Buffer.concat([
    text(1, document.swagger),
    within(2, document.info, (info) => Buffer.concat([text(1, info.title), text(2, info.version)])),
    within(8, document.paths, (paths) => named(2, paths, pathItem)),
    within(9, document.definitions, (definitions) => named(1, definitions, schema)),
  ]);
}
