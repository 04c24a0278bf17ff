/**
 * Reads the structure of the Kubernetes API out of the npm package `kubernetes-models`: names, fields,
 * requiredness and enumerations from its `.d.ts` files; the number formats and base64, which the
 * declarations don't tell apart, from the validators it carries next to them.
 *
 * @typedef {{ t: 'string' | 'boolean' | 'number' | 'integer' | 'int32' | 'int64' | 'bytes' | 'time' | 'microTime'
 *   | 'quantity' | 'intOrString' | 'raw' | 'any' }} Scalar
 * @typedef {Scalar | { t: 'enum', values: string[] } | { t: 'ref', id: string } | { t: 'list', of: Type }
 *   | { t: 'map', of: Type } | { t: 'orBool' | 'orList' | 'orStrings', id: string }} Type
 * @typedef {{ name: string, required: boolean, type: Type }} Field
 * @typedef {{ id: string, group: string, version: string, base: string, isKind: boolean, fields: Field[] }} Struct
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Types that are no plain struct on the wire, by the name the OpenAPI document gives them. */
const SPECIAL = new Map([
  ['IoK8sApimachineryPkgApiResourceQuantity', { t: 'quantity' }],
  ['IoK8sApimachineryPkgUtilIntstrIntOrString', { t: 'intOrString' }],
  ['IoK8sApimachineryPkgApisMetaV1Time', { t: 'time' }],
  ['IoK8sApimachineryPkgApisMetaV1MicroTime', { t: 'microTime' }],
  ['IoK8sApimachineryPkgApisMetaV1FieldsV1', { t: 'raw' }],
  ['IoK8sApimachineryPkgRuntimeRawExtension', { t: 'raw' }],
  ['IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSON', { t: 'any' }],
  // Three unions with a JSON schema, which the OpenAPI document leaves open:
  // https://pkg.go.dev/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1#JSONSchemaPropsOrBool
  ['IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSONSchemaPropsOrBool', { t: 'orBool' }],
  ['IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSONSchemaPropsOrArray', { t: 'orList' }],
  ['IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSONSchemaPropsOrStringArray', { t: 'orStrings' }],
]);
const JSON_SCHEMA_FILE = 'apiextensions.k8s.io/v1/JSONSchemaProps';

/** @param {string} modelsDir the folder of the package kubernetes-models */
export function openModels(modelsDir) {
  const models = realpathSync(modelsDir);
  const besides = [
    join(models, '../@kubernetes-models/apimachinery'),
    join(models, 'node_modules/@kubernetes-models/apimachinery'),
  ];
  const machinery = besides.find((dir) => existsSync(dir));
  if (machinery === undefined)
    throw new Error(`@kubernetes-models/apimachinery is not installed next to ${models}`);
  return {
    models,
    machinery,
    version: JSON.parse(readFileSync(join(models, 'package.json'), 'utf8')).version,
  };
}

/**
 * Reads every struct that can be reached from the given files.
 * @param {{ models: string, machinery: string }} source
 * @param {string[]} roots paths without extension, `v1/Pod`, or `@/apis/meta/v1/Status` in apimachinery
 * @returns {Map<string, Struct>} by identity, which is the path without extension
 */
export function readStructs(source, roots) {
  /** @type {Map<string, Struct>} */
  const structs = new Map();
  const pending = [...roots];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (structs.has(id)) continue;
    for (const struct of readFile(source, id)) {
      structs.set(struct.id, struct);
      for (const field of struct.fields) pending.push(...referenced(field.type));
    }
  }
  return structs;
}

/** @param {Type} type @returns {string[]} */
function referenced(type) {
  if ('id' in type) return [type.id];
  return 'of' in type ? referenced(type.of) : [];
}

function pathOf(source, id) {
  return id.startsWith('@/') ? join(source.machinery, id.slice(2)) : join(source.models, id);
}

function idOf(source, fromId, specifier) {
  const package_ = '@kubernetes-models/apimachinery/';
  if (specifier.startsWith(package_)) return `@/${specifier.slice(package_.length)}`;
  const target = resolve(dirname(pathOf(source, fromId)), specifier.replace(/\.js$/, ''));
  if (target.startsWith(`${source.machinery}/`)) return `@/${target.slice(source.machinery.length + 1)}`;
  return target.slice(source.models.length + 1);
}

/** @returns {Struct[]} the file's struct and those written in line in it (a StatefulSet's claim templates) */
function readFile(source, id) {
  const text = readFileSync(`${pathOf(source, id)}.d.ts`, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const openApiName = /export type \{ \w+ as I(IoK8s\w+),/.exec(text)?.[1];
  const head = /export interface I(\w+)( extends TypeMeta)? \{/.exec(text);
  if (openApiName === undefined || head === null) throw new Error(`${id}: no interface found`);
  const names = new Map([[`I${head[1]}`, id]]);
  for (const [, name, specifier] of text.matchAll(/import \{ (\w+) \} from "([^"]+)"/g)) {
    if (name.startsWith('IIoK8s')) names.set(name, idOf(source, id, specifier));
  }
  const parser = new TypeParser(text.slice(head.index + head[0].length), (name) =>
    reference(names, name, id),
  );
  const formats = readFormats(source, id, openApiName);
  const fields = parser
    .fields()
    .map((field) => ({ ...field, type: withFormat(field.type, formats(field.name)) }));
  const parts = id.replace(/^@\/apis\//, '').split('/');
  const group = id.startsWith('@/') ? 'meta' : parts.length === 2 ? '' : parts[0];
  const place = { group, version: parts.at(-2) };
  return [
    { id, ...place, base: head[1], isKind: head[2] !== undefined, fields },
    ...parser.inline.map((struct) => ({ ...place, ...struct, isKind: false })),
  ];
}

function reference(names, name, fromId) {
  if (name === 'string' || name === 'boolean' || name === 'number') return { t: name };
  const special = SPECIAL.get(name.replace(/^I(?=IoK8s)/, ''));
  if (special !== undefined)
    return special.t.startsWith('or') ? { ...special, id: JSON_SCHEMA_FILE } : special;
  const target = names.get(name);
  if (target === undefined) throw new Error(`${fromId}: unknown type ${name}`);
  return { t: 'ref', id: target };
}

/** Puts the number format, or base64, in the place of the bare `number` or `string` at the type's core. */
function withFormat(type, format) {
  if ('of' in type) return { ...type, of: withFormat(type.of, format) };
  if (type.t === 'number' && format !== undefined) return { t: format };
  if (type.t === 'string' && format === 'bytes') return { t: 'bytes' };
  return type;
}

/**
 * The validators are one function per schema node; a property's functions are those it calls.
 * @returns {(field: string) => 'int32' | 'int64' | 'integer' | 'bytes' | undefined}
 */
function readFormats(source, id, openApiName) {
  const root = id.startsWith('@/') ? source.machinery : source.models;
  const text = readFileSync(join(root, '_schemas', `${openApiName}.js`), 'utf8');
  const formatNames = new Map([...text.matchAll(/\b(formats\d+)=formats\.(\w+)/g)].map((m) => [m[1], m[2]]));
  const functions = new Map();
  for (const piece of text.split(/(?=function validate\d+\()/)) {
    const name = /^function (validate\d+)\(/.exec(piece)?.[1];
    if (name !== undefined) functions.set(name, piece);
  }
  const entry = functions.get(/export const validate=(validate\d+)/.exec(text)?.[1]) ?? '';
  const calls = new Map();
  for (const m of entry.matchAll(/(validate\d+)\(data(?:\.(\w+|\$\w+)|\["([^"]+)"\])/g))
    calls.set(m[2] ?? m[3], m[1]);
  const formatIn = (body, seen) => {
    const format = formatNames.get(/(formats\d+)\.validate/.exec(body)?.[1]);
    if (format === 'byte') return 'bytes';
    if (format === 'int32' || format === 'int64') return format;
    if (/data\d*%1/.test(body)) return 'integer';
    for (const [, inner] of body.matchAll(/(validate\d+)\(data\[/g)) {
      if (seen.has(inner)) continue;
      seen.add(inner);
      const found = formatIn(functions.get(inner) ?? '', seen);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return (field) => {
    // A recursive struct's validator has its scalars in line, each on a variable of its own.
    const local = new RegExp(`let (data\\d+)=data(?:\\.|\\[")${field.replaceAll('$', '\\$')}(?:"\\])?;`).exec(
      entry,
    );
    if (local === null) return formatIn(functions.get(calls.get(field)) ?? '', new Set());
    const uses = new RegExp(`(formats\\d+\\.validate)\\(${local[1]}\\)|(${local[1]}%1)`, 'g');
    return formatIn([...entry.matchAll(uses)].map((use) => use[1] ?? use[2]).join(' '), new Set());
  };
}

/** The few forms of types that the package's declarations use. */
class TypeParser {
  #tokens;
  #at = 0;
  #reference;
  #fileId;
  /** The structs met in line. @type {{ id: string, base: string, fields: Field[] }[]} */
  inline = [];

  constructor(text, reference_, fileId) {
    this.#fileId = fileId;
    this.#tokens = text.match(/"[^"]*"|[\w$]+|[^\s\w]/g) ?? [];
    this.#reference = reference_;
  }

  #take(expected) {
    const token = this.#tokens[this.#at++];
    if (expected !== undefined && token !== expected) throw new Error(`expected ${expected}, found ${token}`);
    return token;
  }

  #taken(token) {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  /** @returns {Field[]} */
  fields() {
    const fields = [];
    while (!this.#taken('}')) {
      const name = this.#take().replaceAll('"', '');
      const required = !this.#taken('?');
      this.#take(':');
      fields.push({ name, required, type: this.#union(name) });
      this.#take(';');
    }
    return fields;
  }

  #union(fieldName) {
    const parts = [];
    do parts.push(this.#primary(fieldName));
    while (this.#taken('|'));
    if (parts.length === 1) return parts[0];
    if (!parts.every((part) => part.t === 'enum'))
      throw new Error(`a union of ${parts.map((p) => p.t).join(' and ')}`);
    return { t: 'enum', values: parts.flatMap((part) => part.values) };
  }

  /** An in-line struct is named by its field, in the singular. */
  #inlineStruct(fieldName) {
    const base = fieldName[0].toUpperCase() + fieldName.slice(1).replace(/s$/, '');
    const id = `${this.#fileId}#${base}`;
    this.inline.push({ id, base, fields: this.fields() });
    return { t: 'ref', id };
  }

  #primary(fieldName) {
    const token = this.#take();
    if (token.startsWith('"')) return { t: 'enum', values: [token.slice(1, -1)] };
    if (token === '{' && this.#tokens[this.#at] !== '[') return this.#inlineStruct(fieldName);
    if (token === '{') {
      for (const part of ['[', 'key', ':', 'string', ']', ':']) this.#take(part);
      const of = this.#union(fieldName);
      this.#take(';');
      this.#take('}');
      return { t: 'map', of };
    }
    if (token !== 'Array') return this.#reference(token);
    this.#take('<');
    const of = this.#union(fieldName);
    this.#take('>');
    return { t: 'list', of };
  }
}
