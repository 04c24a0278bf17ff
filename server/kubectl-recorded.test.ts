import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { restCluster } from '../core/rest/testing/rest-cluster.ts';
import { isJsonObject } from '../core/schema/decoding.ts';
import { parseYamlValue } from '../files/yaml/parse-yaml.ts';
import { pathOf } from './testing/served-cluster.ts';

/**
 * What kubectl and a real API server said to each other while people edited objects (kubectl's own test data): the same
 * requests, after objects that were read have been put there, get the same answers. Old servers filled in fewer fields
 * than today's: everything that they answered has to be in the answer.
 */
const folder = pathOf('../shared/data/k8s/kubectl-testdata/pkg/cmd/edit/testdata');

interface Step {
  readonly type: 'request' | 'edit';
  readonly expectedMethod: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly expectedPath: string;
  readonly expectedContentType?: string;
  readonly expectedInput: string;
  readonly resultingStatusCode: number;
  readonly resultingOutput: string;
}

interface Recorded {
  readonly description: string;
  readonly steps: readonly Step[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Cases whose answers a server of today can not give, and why. */
const CHANGED: Readonly<Record<string, string>> = {
  'testcase-not-update-annotation': 'the answer has an annotation that no request of the recording sent',
  'testcase-unknown-version-known-group-kind': 'a server that answers for storage.k8s.io/v0 was made up',
};

/** The kind of a group that no server has: the recording's server knew its definition. */
const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'bars.company.com' },
  spec: {
    group: 'company.com',
    scope: 'Namespaced',
    names: { plural: 'bars', singular: 'bar', kind: 'Bar' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

function read(file: string): Recorded {
  const parsed = parseYamlValue(readFileSync(file, 'utf8'));
  if ('error' in parsed) throw new Error(parsed.error);
  return parsed.value as Recorded;
}

function jsonOf(file: string): unknown {
  const text = readFileSync(file, 'utf8').trim();
  return text === '' ? undefined : JSON.parse(text);
}

/** What each server gives out anew, or has given up since. */
const VOLATILE = ['uid', 'resourceVersion', 'creationTimestamp', 'selfLink', 'generation', 'managedFields'];

function withoutVolatile(object: Fields): Fields {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  const kept = Object.fromEntries(Object.entries(metadata).filter(([field]) => !VOLATILE.includes(field)));
  const spec = isJsonObject(object.spec) ? { ...object.spec, clusterIP: undefined } : object.spec;
  return JSON.parse(JSON.stringify({ ...object, metadata: kept, spec })) as Fields;
}

/** The objects of an answer to a GET: one, or a list's, each with its kind. */
function objectsIn(answer: unknown): readonly Fields[] {
  if (!isJsonObject(answer) || answer.kind === 'Status') return [];
  if (!Array.isArray(answer.items)) return [answer];
  const kind = String(answer.kind).replace(/List$/, '');
  return answer.items.filter(isJsonObject).map((item) => ({ kind, apiVersion: answer.apiVersion, ...item }));
}

function collectionOf(step: Step, answer: unknown): string {
  const isList = isJsonObject(answer) && Array.isArray(answer.items);
  return isList ? step.expectedPath : step.expectedPath.slice(0, step.expectedPath.lastIndexOf('/'));
}

describe.skipIf(!existsSync(folder))('recorded edits', () => {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('testcase-')) : [];
  const cases = names.filter(
    (name) => existsSync(path.join(folder, name, 'test.yaml')) && !(name in CHANGED),
  );

  test.each(cases)('%s', (name) => {
    const file = (part: string): string => path.join(folder, name, part);
    const { steps } = read(file('test.yaml'));
    const cluster = restCluster();
    const requests = steps.filter(({ type }) => type === 'request');
    cluster.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', DEFINITION);
    // Every cluster has it.
    const put = new Set(['default']);
    for (const step of requests) {
      const recorded = jsonOf(file(step.resultingOutput));
      const namespace = /\/namespaces\/([^/]+)\//.exec(`${step.expectedPath}/`)?.[1];
      if (namespace !== undefined && !put.has(namespace)) {
        put.add(namespace);
        cluster.send('POST', '/api/v1/namespaces', {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: namespace },
        });
      }
      if (step.expectedMethod === 'GET') {
        for (const object of objectsIn(recorded)) {
          const key = `${collectionOf(step, recorded)}/${(object.metadata as { name: string }).name}`;
          if (put.has(key)) continue;
          put.add(key);
          const made = cluster.send('POST', collectionOf(step, recorded), withoutVolatile(object));
          expect([name, key, made.code, made.body]).toEqual([name, key, 201, made.body]);
        }
      }
      const answer = cluster.send(
        step.expectedMethod,
        step.expectedPath,
        jsonOf(file(step.expectedInput)),
        step.expectedContentType === undefined ? {} : { contentType: step.expectedContentType },
      );
      const at = `${name} ${step.expectedInput}`;
      expect([at, answer.code, answer.body]).toEqual([at, step.resultingStatusCode, answer.body]);
      const got = answer.body as Fields;
      for (const object of objectsIn(recorded)) {
        const own = objectsIn(got).find(
          (one) => (one.metadata as { name: string }).name === (object.metadata as { name: string }).name,
        );
        expect(own === undefined ? undefined : withoutVolatile(own)).toMatchObject(withoutVolatile(object));
      }
      if (isJsonObject(recorded) && recorded.kind === 'Status') {
        expect([at, got.reason]).toEqual([at, recorded.reason]);
      }
    }
  });
});
