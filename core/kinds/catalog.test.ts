import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { structNamed, structNameOf } from '../schema/table.ts';
import { CATALOG, OTHER_VERSIONS, UNSTORED } from './catalog.ts';
import type { KindNames } from './kind.ts';

const EVERY = [...CATALOG, ...OTHER_VERSIONS, ...UNSTORED];

function apiVersionOf(names: KindNames): string {
  return names.group === '' ? names.version : `${names.group}/${names.version}`;
}

describe('the catalog', () => {
  test('has a struct for every kind, and a status in it wherever there is a status subresource', () => {
    for (const names of EVERY) {
      const struct = structNamed(structNameOf(apiVersionOf(names), names.kind) ?? names.kind);
      if (!names.hasStatus) continue;
      expect(struct.fields.map((field) => field.name)).toContain('status');
    }
  });

  test('names no resource and no short name twice', () => {
    const resources = CATALOG.map((names) => `${names.plural}.${names.group}`);
    expect(new Set(resources).size).toBe(resources.length);
    const shortNames = [...CATALOG, ...UNSTORED].flatMap((names) => names.shortNames);
    expect(new Set(shortNames).size).toBe(shortNames.length);
  });

  test('knows the kinds of the other versions', () => {
    for (const other of OTHER_VERSIONS) {
      expect(CATALOG.some((names) => names.kind === other.kind && names.plural === other.plural)).toBe(true);
    }
  });
});

interface Operation {
  readonly 'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string };
  readonly 'x-kubernetes-action'?: string;
}

interface Served {
  readonly kind: string;
  namespaced: boolean;
  hasStatus: boolean;
  isListed: boolean;
}

const swagger = '../shared/data/k8s/swagger/kubernetes/swagger.json.unprocessed';

/** What the paths of the OpenAPI document say of each resource, by `apiVersion/plural`. */
function served(): Map<string, Served> {
  const resources = new Map<string, Served>();
  const { paths } = JSON.parse(readFileSync(swagger, 'utf8')) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const withStatus = new Set<string>();
  for (const [path, operations] of Object.entries(paths)) {
    const match =
      /^\/(?:api\/(v1)|apis\/([^/]+\/v[0-9]+))\/(namespaces\/\{namespace\}\/)?([a-z]+)(\/\{name\})?(\/status)?$/.exec(
        path,
      );
    if (match === null) continue;
    const [, core, group, inNamespace, plural, , status] = match;
    const key = `${core ?? group}/${plural}`;
    if (status !== undefined) {
      withStatus.add(key);
      continue;
    }
    for (const operation of Object.values(operations)) {
      const kind = operation['x-kubernetes-group-version-kind']?.kind;
      if (kind === undefined) continue;
      const resource = resources.get(key) ?? { kind, namespaced: false, hasStatus: false, isListed: false };
      if (inNamespace !== undefined) resource.namespaced = true;
      if (operation['x-kubernetes-action'] === 'list') resource.isListed = true;
      resources.set(key, resource);
    }
  }
  for (const [key, resource] of resources) resource.hasStatus = withStatus.has(key);
  return resources;
}

describe.skipIf(!existsSync(swagger))('the catalog against the paths of the OpenAPI document', () => {
  test('the same resources, kinds, scopes and status subresources', () => {
    const expected = [...served()]
      .map(([key, { kind, namespaced, hasStatus }]) => `${key} ${kind} ${namespaced} ${hasStatus}`)
      .sort();
    const actual = EVERY.map(
      (names) =>
        `${apiVersionOf(names)}/${names.plural} ${names.kind} ${names.namespaced} ${names.hasStatus}`,
    ).sort();
    expect(actual).toEqual(expected);
  });

  test('what is stored can be listed; of the rest, only component statuses', () => {
    const resources = served();
    for (const names of CATALOG) {
      expect(resources.get(`${apiVersionOf(names)}/${names.plural}`)?.isListed).toBe(true);
    }
    const listed = UNSTORED.filter(
      (names) => resources.get(`${apiVersionOf(names)}/${names.plural}`)?.isListed,
    );
    expect(listed.map((names) => names.kind)).toEqual(['ComponentStatus']);
  });
});
