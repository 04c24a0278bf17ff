import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { decodeObject } from './decode.ts';
import { kindsOfTable, structNameOf } from './table.ts';

const roundTrip = '../shared/data/k8s/api-roundtrip/testdata/v1.36.0';
const boutique = '../shared/data/manifests/online-boutique';

/** Kinds of repositories other than k8s.io/api, which has the samples. */
const WITHOUT_SAMPLE = ['apiextensions.k8s.io/v1', 'apiregistration.k8s.io/v1'];
const SAMPLED = kindsOfTable().filter(([apiVersion]) => !WITHOUT_SAMPLE.includes(apiVersion));

/** A null is what Go writes for an absent value that isn't omitted. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}

function groupDotVersion(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.replace('/', '.') : `core.${apiVersion}`;
}

describe.skipIf(!existsSync(roundTrip))('the API’s own samples, with every field of every kind set', () => {
  test.each(SAMPLED)('%s %s decodes to itself', (apiVersion, kind) => {
    const file = join(roundTrip, `${groupDotVersion(apiVersion)}.${kind}.json`);
    const sample: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { value, problems } = decodeObject(sample);
    expect(problems).toEqual([]);
    expect(value).toEqual(withoutNulls(sample));
  });

  test('decoding a decoded object changes nothing', () => {
    for (const [apiVersion, kind] of SAMPLED) {
      const file = join(roundTrip, `${groupDotVersion(apiVersion)}.${kind}.json`);
      const once = decodeObject(JSON.parse(readFileSync(file, 'utf8'))).value;
      expect(JSON.stringify(decodeObject(once).value)).toBe(JSON.stringify(once));
    }
  });

  test('the YAML of the samples decodes to the same as their JSON', () => {
    for (const [apiVersion, kind] of SAMPLED) {
      const file = join(roundTrip, `${groupDotVersion(apiVersion)}.${kind}`);
      const [document] = parseAllDocuments(readFileSync(`${file}.yaml`, 'utf8'));
      const fromYaml = decodeObject(document?.toJS());
      const fromJson = decodeObject(JSON.parse(readFileSync(`${file}.json`, 'utf8')));
      expect(JSON.stringify(fromYaml)).toBe(JSON.stringify(fromJson));
    }
  });
});

describe.skipIf(!existsSync(boutique))('manifests that people apply', () => {
  const files = existsSync(boutique)
    ? readdirSync(boutique, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.yaml'))
        .sort()
    : [];

  test.each(files)('%s has no problem', (name) => {
    for (const document of parseAllDocuments(readFileSync(join(boutique, name), 'utf8'))) {
      const raw: unknown = document.toJS();
      // Kustomize's own files and patches are no objects of the API.
      if (raw === null || /kustomization|\.patch\./.test(name)) continue;
      expect(decodeObject(raw).problems).toEqual([]);
    }
  });

  test('hold built-in kinds', () => {
    const text = readFileSync(join(boutique, 'release/kubernetes-manifests.yaml'), 'utf8');
    const structs = parseAllDocuments(text)
      .map((document): unknown => document.toJS())
      .filter((raw): raw is { apiVersion: string; kind: string } => raw !== null)
      .map((raw) => structNameOf(raw.apiVersion, raw.kind));
    expect(structs.length).toBeGreaterThan(30);
    expect(structs).not.toContain(undefined);
  });
});

const operators = '../shared/data/manifests/kube-prometheus/manifests';

describe.skipIf(!existsSync(operators))(
  'the manifests of a large operator, with their custom resources',
  () => {
    test('have no problem', () => {
      const kinds = new Set<string>();
      for (const name of readdirSync(operators, { recursive: true, encoding: 'utf8' }).sort()) {
        if (!name.endsWith('.yaml')) continue;
        for (const document of parseAllDocuments(readFileSync(join(operators, name), 'utf8'))) {
          const { value, problems } = decodeObject(document.toJS());
          expect({ name, problems }).toEqual({ name, problems: [] });
          if (value !== undefined) kinds.add(value.kind);
        }
      }
      expect([...kinds]).toEqual(
        expect.arrayContaining(['CustomResourceDefinition', 'ServiceMonitor', 'APIService']),
      );
    });
  },
);
