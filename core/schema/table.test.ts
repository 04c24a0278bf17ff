import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type FieldType, findStruct, kindsOfTable, type Struct, structNamed, structNameOf } from './table.ts';

describe('the structure table', () => {
  test('gives each kind its struct', () => {
    expect(structNameOf('apps/v1', 'Deployment')).toBe('Deployment');
    expect(structNameOf('events.k8s.io/v1', 'Event')).toBe('EventsV1Event');
    expect(structNameOf('autoscaling/v1', 'HorizontalPodAutoscaler')).toBe(
      'AutoscalingV1HorizontalPodAutoscaler',
    );
    expect(structNameOf('autoscaling/v2', 'HorizontalPodAutoscaler')).toBe('HorizontalPodAutoscaler');
    expect(structNameOf('extensions/v1beta1', 'Deployment')).toBeUndefined();
    expect(structNameOf('v1', 'PodSpec')).toBeUndefined();
  });

  test('parses a struct', () => {
    const port = structNamed('ContainerPort');
    expect(port.goName).toBe('ContainerPort');
    expect(port.fields).toEqual([
      { name: 'containerPort', required: true, type: { type: 'int32' } },
      { name: 'hostIP', required: false, type: { type: 'string' } },
      { name: 'hostPort', required: false, type: { type: 'int32' } },
      { name: 'name', required: false, type: { type: 'string' } },
      { name: 'protocol', required: false, type: { type: 'enum', values: ['SCTP', 'TCP', 'UDP'] } },
    ]);
    expect(structNamed('ContainerPort')).toBe(port);
  });

  test('a kind has apiVersion, kind and metadata first', () => {
    for (const [apiVersion, kind] of kindsOfTable()) {
      const names = structNamed(structNameOf(apiVersion, kind) ?? '').fields.map((field) => field.name);
      expect(names.slice(0, 3)).toEqual(['apiVersion', 'kind', 'metadata']);
    }
  });

  test('has no struct of an unknown name', () => {
    expect(findStruct('Nothing')).toBeUndefined();
    expect(findStruct('constructor')).toBeUndefined();
    expect(() => structNamed('Nothing')).toThrow('no struct "Nothing"');
  });
});

interface Property {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
}

interface Definition extends Property {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

const swagger = '../shared/data/k8s/swagger/kubernetes/swagger.json.unprocessed';

const WRAPPERS: Readonly<Record<string, string>> = {
  Quantity: 'quantity',
  IntOrString: 'intOrString',
  Time: 'time',
  MicroTime: 'microTime',
  FieldsV1: 'rawObject',
  RawExtension: 'rawObject',
  JSON: 'any',
};

describe.skipIf(!existsSync(swagger))('the table against the OpenAPI document', () => {
  const definitions: Readonly<Record<string, Definition>> = existsSync(swagger)
    ? JSON.parse(readFileSync(swagger, 'utf8')).definitions
    : {};

  function differences(struct: Struct, definition: string, seen: Set<string>): string[] {
    if (seen.has(definition)) return [];
    seen.add(definition);
    const { properties = {}, required = [] } = definitions[definition] ?? {};
    const found: string[] = [];
    const names = struct.fields.map((field) => field.name);
    if ([...names].sort().join() !== Object.keys(properties).sort().join())
      found.push(`${struct.name}: fields`);
    for (const field of struct.fields) {
      const property = properties[field.name];
      if (property === undefined) continue;
      const isType = field.name === 'apiVersion' || field.name === 'kind';
      if (!isType && field.required !== required.includes(field.name)) {
        found.push(`${struct.name}.${field.name}: required`);
      }
      found.push(...typeDifferences(field.type, property, `${struct.name}.${field.name}`, seen));
    }
    return found;
  }

  function typeDifferences(type: FieldType, property: Property, place: string, seen: Set<string>): string[] {
    const definition = property.$ref?.slice('#/definitions/'.length);
    if (definition !== undefined) {
      const name = definition.slice(definition.lastIndexOf('.') + 1);
      if (type.type === 'structOr') return name.startsWith('JSONSchemaPropsOr') ? [] : [place];
      if (type.type === 'struct') {
        const struct = structNamed(type.struct);
        // The claims inside a StatefulSet need no apiVersion and kind; their fields are the same.
        const isSame = struct.goName === name || struct.goName === 'VolumeClaimTemplate';
        return isSame ? differences(struct, definition, seen) : [`${place}: ${name}`];
      }
      return WRAPPERS[name] === type.type ? [] : [`${place}: ${name}`];
    }
    if (property.type === 'array') {
      return type.type === 'list' ? typeDifferences(type.of, property.items ?? {}, place, seen) : [place];
    }
    if (property.type === 'object') {
      if (property.additionalProperties === undefined) return type.type === 'rawObject' ? [] : [place];
      return type.type === 'map'
        ? typeDifferences(type.of, property.additionalProperties, place, seen)
        : [place];
    }
    const plain =
      property.type === 'string' ? (property.format === 'byte' ? 'bytes' : 'string') : property.type;
    const wanted = property.type === 'string' || property.type === 'boolean' ? plain : property.format;
    return (type.type === 'enum' ? 'string' : type.type) === wanted ? [] : [`${place}: ${wanted}`];
  }

  test.each(kindsOfTable())('%s %s: every field, its type and whether it is required', (apiVersion, kind) => {
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    const definition = Object.keys(definitions).find((name) =>
      definitions[name]?.['x-kubernetes-group-version-kind']?.some(
        (gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind,
      ),
    );
    const struct = structNamed(structNameOf(apiVersion, kind) ?? '');
    expect(differences(struct, definition ?? 'none', new Set())).toEqual([]);
  });
});
