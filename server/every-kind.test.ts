import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kind } from '../core/kinds/kind.ts';
import { KINDS } from '../core/kinds/registry.ts';
import { SECOND } from '../core/time.ts';
import { type HttpAnswer, type HttpCluster, httpCluster } from './testing/http-cluster.ts';

/** Each kind with every field set, with an empty spec, and without one: no request ends in an internal error. */
const samples = '../shared/data/k8s/api-roundtrip/testdata/v1.36.0';

function sampleFile({ group, version, kind }: Kind): string {
  return `${samples}/${group === '' ? 'core' : group}.${version}.${kind}.json`;
}

const PATCHES: readonly (readonly [type: string, body: string])[] = [
  ['merge-patch+json', '{"metadata":{"labels":{"x":"y"}},"spec":null}'],
  ['merge-patch+json', '{"spec":{"x":1},"status":null}'],
  ['merge-patch+json', '{"status":7}'],
  ['strategic-merge-patch+json', '{"metadata":{"finalizers":["a.example/b"]}}'],
  ['json-patch+json', '[{"op":"remove","path":"/spec"}]'],
];

const FORMS = ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io'];

describe('every kind', () => {
  let cluster: HttpCluster;
  beforeAll(async () => {
    cluster = await httpCluster(1);
  });
  afterAll(() => cluster.close());

  async function send(method: string, path: string, body?: string, type = 'json'): Promise<HttpAnswer> {
    const headers = { 'content-type': `application/${type}` };
    const answer = await cluster.send({ method, path, ...(body === undefined ? {} : { body }), headers });
    if (answer.code >= 500) throw new Error(`${method} ${path}: ${answer.text}\n${body}`);
    return answer;
  }

  async function read(path: string): Promise<void> {
    for (const accept of FORMS) {
      const answer = await cluster.send({ method: 'GET', path, headers: { accept } });
      expect([path, accept, answer.code, answer.body.message]).toEqual([path, accept, 200, undefined]);
    }
  }

  async function liveThrough(path: string): Promise<void> {
    const own = `${path}/sample`;
    await read(path);
    await read(own);
    for (const [type, patch] of PATCHES) await send('PATCH', own, patch, type);
    cluster.session.advance(2 * SECOND);
    await send('PATCH', own, '{"metadata":{"finalizers":null}}', 'merge-patch+json');
    await send('DELETE', `${own}?gracePeriodSeconds=0`);
    cluster.session.advance(2 * SECOND);
  }

  test.each(KINDS.map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind] as const))(
    '%s',
    async (_name, kind) => {
      const root = kind.group === '' ? '/api/v1' : `/apis/${kind.apiVersion}`;
      const path = `${root}${kind.namespaced ? '/namespaces/default' : ''}/${kind.plural}`;
      const file = sampleFile(kind as Kind);
      const whole: object = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {};
      const named = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: 'sample' } };
      for (const object of [
        { ...whole, ...named },
        { ...named, spec: {} },
        named,
        { ...whole, ...named, spec: null },
      ]) {
        const made = await send('POST', path, JSON.stringify(object));
        expect([201, 403, 422]).toContain(made.code);
        if (made.code === 201) await liveThrough(path);
        const { apiVersion, kind: name, metadata, ...rest } = object as typeof named;
        const applied = JSON.stringify({ apiVersion, kind: name, metadata, ...rest });
        const answer = await send(
          'PATCH',
          `${path}/sample?fieldManager=me&force=true`,
          applied,
          'apply-patch+yaml',
        );
        if (answer.code < 300) await liveThrough(path);
      }
    },
  );
});
