import { describe, expect, test } from 'vitest';
import type { RestAnswer } from './request.ts';
import { at, type RestCluster, restCluster } from './testing/rest-cluster.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';

function definition(spec: object = {}, version: object = {}): unknown {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  required: ['colour'],
                  properties: {
                    colour: { type: 'string', enum: ['red', 'blue'] },
                    size: { type: 'integer', default: 1, minimum: 0 },
                    ports: {
                      type: 'array',
                      'x-kubernetes-list-type': 'map',
                      'x-kubernetes-list-map-keys': ['name'],
                      items: {
                        type: 'object',
                        required: ['name'],
                        properties: { name: { type: 'string' }, port: { type: 'integer' } },
                      },
                    },
                  },
                  'x-kubernetes-validations': [
                    {
                      rule: '!has(oldSelf.colour) || self.colour == oldSelf.colour',
                      message: 'colours stay',
                    },
                  ],
                },
                status: { type: 'object', properties: { size: { type: 'integer' } } },
              },
            },
          },
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' },
          },
          additionalPrinterColumns: [{ name: 'Colour', type: 'string', jsonPath: '.spec.colour' }],
          ...version,
        },
      ],
      ...spec,
    },
  };
}

function widget(name: string, spec: object, more: object = {}): unknown {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec, ...more };
}

function defined(made: unknown = definition()): RestCluster {
  const cluster = restCluster();
  expect(at(cluster.send('POST', DEFINITIONS, made), 'kind')).toBe('CustomResourceDefinition');
  return cluster;
}

const said = ({ code, body }: RestAnswer): unknown => [code, (body as { message?: string }).message];

describe('custom resources', () => {
  test('are nobody’s before their definition, and after it', () => {
    const cluster = restCluster();
    expect(cluster.send('GET', WIDGETS)).toMatchObject({ code: 404, body: '404 page not found\n' });
    cluster.send('POST', DEFINITIONS, definition());
    expect(at(cluster.send('GET', WIDGETS), 'items')).toEqual([]);
    expect(at(cluster.send('GET', '/apis/example.com/v1'), 'resources')).toMatchObject([
      { name: 'widgets', kind: 'Widget', shortNames: ['wd'], namespaced: true },
      { name: 'widgets/scale', kind: 'Scale' },
      { name: 'widgets/status' },
    ]);
  });

  test('are pruned, defaulted and numbered', () => {
    const cluster = defined();
    const made = cluster.send(
      'POST',
      WIDGETS,
      widget('a', { colour: 'red', weight: 3 }, { status: { size: 9 } }),
    );
    expect([made.code, made.warnings]).toEqual([201, ['unknown field "spec.weight"']]);
    expect(at(made, 'spec')).toEqual({ colour: 'red', size: 1 });
    // A status is for its subresource.
    expect(at(made, 'status')).toBeUndefined();
    expect(at(made, 'metadata', 'generation')).toBe(1);
    const status = cluster.send('PUT', `${WIDGETS}/a/status`, {
      ...(made.body as object),
      status: { size: 4 },
    });
    expect([at(status, 'status'), at(status, 'metadata', 'generation')]).toEqual([{ size: 4 }, 1]);
  });

  test('are refused in the words of the API server', () => {
    const cluster = defined();
    const refused = cluster.send('POST', WIDGETS, widget('a', { colour: 'green', size: -1 }));
    expect(said(refused)).toEqual([
      422,
      'Widget.example.com "a" is invalid: [spec.colour: Unsupported value: "green": supported values: "red", "blue", spec.size: Invalid value: -1: spec.size in body should be greater than or equal to 0, <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
    ]);
    const strict = cluster.send(
      'POST',
      `${WIDGETS}?fieldValidation=Strict`,
      widget('a', { colour: 'red', x: 1 }),
    );
    expect(said(strict)).toEqual([
      400,
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.x"',
    ]);
  });

  test('follow the rules of their schema, also about what was before', () => {
    const cluster = defined();
    cluster.send('POST', WIDGETS, widget('a', { colour: 'red' }));
    const patched = cluster.send(
      'PATCH',
      `${WIDGETS}/a`,
      { spec: { colour: 'blue' } },
      {
        contentType: 'application/merge-patch+json',
      },
    );
    expect(said(patched)).toEqual([
      422,
      'Widget.example.com "a" is invalid: spec: Invalid value: colours stay',
    ]);
  });

  test('are patched, but not by a strategic merge', () => {
    const cluster = defined();
    cluster.send('POST', WIDGETS, widget('a', { colour: 'red' }));
    const body = { spec: { size: 2 } };
    const merged = cluster.send('PATCH', `${WIDGETS}/a`, body, {
      contentType: 'application/merge-patch+json',
    });
    expect(at(merged, 'spec', 'size')).toBe(2);
    const strategic = cluster.send('PATCH', `${WIDGETS}/a`, body, {
      contentType: 'application/strategic-merge-patch+json',
    });
    expect(strategic.code).toBe(415);
  });

  test('are applied by several managers, whose lists are merged by their keys', () => {
    const cluster = defined();
    const ports = (name: string, port: number) => [{ name, port }];
    cluster.apply('one', `${WIDGETS}/a`, widget('a', { colour: 'red', ports: ports('http', 80) }));
    const both = cluster.apply('two', `${WIDGETS}/a`, {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a' },
      spec: { ports: ports('https', 443) },
    });
    expect(at(both, 'spec', 'ports')).toEqual([...ports('https', 443), ...ports('http', 80)]);
    const again = cluster.apply('one', `${WIDGETS}/a`, widget('a', { colour: 'red' }));
    expect(at(again, 'spec', 'ports')).toEqual(ports('https', 443));
    const conflict = cluster.apply(
      'two',
      `${WIDGETS}/a`,
      widget('a', { colour: 'blue', ports: ports('https', 443) }),
    );
    expect(conflict.code).toBe(409);
  });

  test('are scaled where the definition says', () => {
    const cluster = defined();
    cluster.send('POST', WIDGETS, widget('a', { colour: 'red', size: 3 }));
    const scale = cluster.send('GET', `${WIDGETS}/a/scale`);
    expect([at(scale, 'spec'), at(scale, 'status', 'replicas')]).toEqual([{ replicas: 3 }, 0]);
    cluster.send(
      'PATCH',
      `${WIDGETS}/a/scale`,
      { spec: { replicas: 7 } },
      {
        contentType: 'application/merge-patch+json',
      },
    );
    expect(at(cluster.send('GET', `${WIDGETS}/a`), 'spec')).toEqual({ colour: 'red', size: 7 });
  });

  test('are shown in the columns of the definition', () => {
    const cluster = defined();
    cluster.send('POST', WIDGETS, widget('a', { colour: 'red' }));
    const table = cluster.send('GET', WIDGETS, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    expect(at(table, 'columnDefinitions')).toMatchObject([{ name: 'Name' }, { name: 'Colour' }]);
    expect(at(table, 'rows')).toMatchObject([{ cells: ['a', 'red'] }]);
  });

  test('are served in several versions, and stored in one', () => {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const versions = [
      { name: 'v1beta1', served: true, storage: false, schema },
      { name: 'v1', served: true, storage: true, schema },
      { name: 'v1alpha1', served: false, storage: false, schema },
    ];
    const cluster = defined(definition({ versions }));
    const beta = WIDGETS.replace('v1', 'v1beta1');
    const made = cluster.send('POST', beta, {
      ...(widget('a', {}) as object),
      apiVersion: 'example.com/v1beta1',
    });
    expect([made.code, at(made, 'apiVersion')]).toEqual([201, 'example.com/v1beta1']);
    expect(at(cluster.send('GET', `${WIDGETS}/a`), 'apiVersion')).toBe('example.com/v1');
    expect(at(cluster.send('GET', beta), 'apiVersion')).toBe('example.com/v1beta1');
    expect(cluster.send('GET', WIDGETS.replace('v1', 'v1alpha1')).code).toBe(404);
    expect(at(cluster.send('GET', '/apis/example.com'), 'preferredVersion', 'version')).toBe('v1');
  });

  test('are shown in the columns of the version that is asked for', () => {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const column = (name: string) => [{ name, type: 'string', jsonPath: '.apiVersion' }];
    const versions = [
      { name: 'v1', served: true, storage: true, schema, additionalPrinterColumns: column('New') },
      { name: 'v1beta1', served: true, storage: false, schema, additionalPrinterColumns: column('Old') },
    ];
    const cluster = defined(definition({ versions }));
    cluster.send('POST', WIDGETS, widget('a', {}));
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const beta = cluster.send('GET', WIDGETS.replace('v1', 'v1beta1'), undefined, { accept });
    expect(at(beta, 'columnDefinitions')).toMatchObject([{ name: 'Name' }, { name: 'Old' }]);
    expect(at(beta, 'rows')).toMatchObject([{ cells: ['a', 'example.com/v1beta1'] }]);
  });

  test('are shown in the version that is asked for, also where another one was stored', () => {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const versions = (stored: string) =>
      ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === stored, schema }));
    const cluster = defined(definition({ versions: versions('v1') }));
    cluster.send('POST', WIDGETS, widget('a', {}));
    const patch = { spec: { versions: versions('v2') } };
    const changed = cluster.send('PATCH', `${DEFINITIONS}/widgets.example.com`, patch, {
      contentType: 'application/merge-patch+json',
    });
    expect(at(changed, 'status', 'storedVersions')).toEqual(['v1', 'v2']);
    const listed = cluster.send('GET', WIDGETS.replace('v1', 'v2'));
    expect(at(listed, 'items')).toMatchObject([{ apiVersion: 'example.com/v2' }]);
    const gone = cluster.send(
      'PATCH',
      `${DEFINITIONS}/widgets.example.com`,
      { spec: { versions: versions('v2').slice(1) } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(said(gone)).toEqual([
      422,
      expect.stringContaining('status.storedVersions[0]: Invalid value: "v1"'),
    ]);
  });

  test('are selected by the fields that the definition names, and by no others', () => {
    const cluster = defined(definition({}, { selectableFields: [{ jsonPath: '.spec.colour' }] }));
    cluster.send('POST', WIDGETS, widget('a', { colour: 'red' }));
    cluster.send('POST', WIDGETS, widget('b', { colour: 'blue' }));
    const blue = cluster.send('GET', `${WIDGETS}?fieldSelector=spec.colour%3Dblue`);
    expect(at(blue, 'items')).toMatchObject([{ metadata: { name: 'b' } }]);
    expect(said(cluster.send('GET', `${WIDGETS}?fieldSelector=spec.size%3D1`))).toEqual([
      400,
      'field label not supported: spec.size',
    ]);
  });

  test.each([
    ['.spec.nothing', 'is an invalid path: does not refer to a valid field'],
    [
      '.spec',
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    ],
  ])('%s can’t be selected by', (jsonPath, problem) => {
    const made = restCluster().send(
      'POST',
      DEFINITIONS,
      definition({}, { selectableFields: [{ jsonPath }] }),
    );
    expect(said(made)).toEqual([422, expect.stringContaining(`"${jsonPath}": ${problem}`)]);
  });

  test('that were allowed once stay so, as long as they don’t change', () => {
    const cluster = defined();
    const ports = [{ name: 'http', port: 80 }];
    cluster.send('POST', WIDGETS, widget('a', { colour: 'red', ports }));
    const path = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties';
    const stricter = [
      { op: 'replace', path: `${path}/colour/enum`, value: ['green'] },
      { op: 'add', path: `${path}/ports/items/properties/port/maximum`, value: 10 },
    ];
    const changed = cluster.send('PATCH', `${DEFINITIONS}/widgets.example.com`, stricter, {
      contentType: 'application/json-patch+json',
    });
    expect(changed.code).toBe(200);
    const merge = (spec: object) =>
      cluster.send('PATCH', `${WIDGETS}/a`, { spec }, { contentType: 'application/merge-patch+json' });
    expect(merge({ size: 3 }).code).toBe(200);
    expect(merge({ ports: [{ name: 'new', port: 1 }, ...ports] }).code).toBe(200);
    expect(said(merge({ ports: [{ name: 'http', port: 81 }] }))).toEqual([
      422,
      expect.stringContaining('spec.ports[0].port: Invalid value: 81'),
    ]);
  });

  test('are not made any more where the definition waits for its objects to go', () => {
    const cluster = defined();
    cluster.send('POST', WIDGETS, widget('a', { colour: 'red' }));
    cluster.send('DELETE', `${DEFINITIONS}/widgets.example.com`);
    expect(said(cluster.send('POST', WIDGETS, widget('b', { colour: 'red' })))).toEqual([
      405,
      'create not allowed while custom resource definition is terminating',
    ]);
    expect(cluster.send('GET', `${WIDGETS}/a`).code).toBe(200);
  });

  test('are of one cluster alone', () => {
    const [one, other] = [defined(), restCluster()];
    one.send('POST', WIDGETS, widget('a', { colour: 'red' }));
    expect(other.send('GET', WIDGETS).code).toBe(404);
    other.send('POST', DEFINITIONS, definition());
    expect(at(other.send('GET', WIDGETS), 'items')).toEqual([]);
  });

  test('a definition whose schema is not structural, or whose rule does not compile, is refused', () => {
    const cluster = restCluster();
    const loose = { schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } } };
    expect(said(cluster.send('POST', DEFINITIONS, definition({}, loose)))).toEqual([
      422,
      'CustomResourceDefinition.apiextensions.k8s.io "widgets.example.com" is invalid: spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
    ]);
    const rule = { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.nothing > 1' }] };
    const broken = cluster.send('POST', DEFINITIONS, definition({}, { schema: { openAPIV3Schema: rule } }));
    expect(broken.code).toBe(422);
    expect(said(broken)).toEqual([422, expect.stringContaining('x-kubernetes-validations[0].rule')]);
  });

  test('patterns are those of Go', () => {
    const cluster = restCluster();
    const pattern = (text: string) => ({
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', properties: { name: { type: 'string', pattern: text } } } },
        },
      },
    });
    const broken = cluster.send('POST', DEFINITIONS, definition({}, pattern('[a')));
    expect(said(broken)).toEqual([
      422,
      'CustomResourceDefinition.apiextensions.k8s.io "widgets.example.com" is invalid: spec.validation.openAPIV3Schema.properties[spec].properties[name].pattern: Invalid value: "[a": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ]: `[a`',
    ]);
    cluster.send('POST', DEFINITIONS, definition({}, pattern('(?i)^(a+)+$')));
    expect(cluster.send('POST', WIDGETS, widget('a', { name: 'AAA' })).code).toBe(201);
    expect(cluster.send('POST', WIDGETS, widget('b', { name: `${'a'.repeat(60)}!` })).code).toBe(422);
  });
});
