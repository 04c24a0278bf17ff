import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type KubeObject, type NewObject, objectKey } from '../core/api/object.ts';
import type { Kind } from '../core/kinds/kind.ts';
import { KINDS } from '../core/kinds/registry.ts';
import { restCluster } from '../core/rest/testing/rest-cluster.ts';
import { decodeObject } from '../core/schema/decode.ts';
import { numbersOf } from '../core/schema/protobuf-numbers.ts';
import { structNameOf } from '../core/schema/table.ts';
import { encodeProtobuf } from '../core/schema/testing/encode-protobuf.ts';
import { readRequestBody } from './http/body.ts';

/**
 * Objects with every field set, as Kubernetes keeps them to test itself: what comes in as JSON, YAML or protobuf and is
 * stored is what is read again. Values are any, so that no object would pass validation: they are stored without it.
 */
const FOLDER = '../shared/data/k8s/api-roundtrip/testdata/v1.36.0';

/** Kinds of which the table of protobuf numbers knows nothing: clients are asked for JSON. */
const WITHOUT_NUMBERS: readonly string[] = [
  'DeviceClass',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceSlice',
  'VolumeAttributesClass',
];
/** Kinds with fields that are newer than the table of numbers: whoever sends them as protobuf is asked for JSON. */
const NEWER_FIELDS: readonly string[] = [
  'CSIDriver',
  'CronJob',
  'DaemonSet',
  'Deployment',
  'Job',
  'Node',
  'Pod',
  // Its only difference is the time that is null.
  'PodDisruptionBudget',
  'PodTemplate',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
];

/** A time in a map may be null in Go's JSON (`disruptedPods`); here that is a key that nobody has set. */
function sampleOf(kind: Kind): object {
  return JSON.parse(readFileSync(fileOf(kind, 'json')).toString(), (_key, value: unknown) =>
    value === null ? undefined : value,
  ) as object;
}

function fileOf({ group, version, kind }: Kind, ending: string): string {
  return `${FOLDER}/${group === '' ? 'core' : group}.${version}.${kind}.${ending}`;
}

const kinds = KINDS.filter((kind) => existsSync(fileOf(kind as Kind, 'json'))) as readonly Kind[];

async function bodyOf(bytes: Buffer, type: string, kind: Kind): Promise<unknown> {
  const request = Object.assign(Readable.from([bytes]), {
    method: 'POST',
    headers: { 'content-type': type },
  });
  const body = await readRequestBody(request as unknown as IncomingMessage, kind.kind);
  if (!body.ok) throw new Error(body.status.message);
  return body.value;
}

/** Decoded as a request's body is, stored, and read through the API. */
function readAgain(kind: Kind, body: unknown): unknown {
  const { problems, value } = decodeObject(body);
  expect(problems).toEqual([]);
  const { metadata } = value as NewObject;
  const cluster = restCluster();
  const { name = '', namespace } = metadata;
  const place = kind.namespaced ? namespace : undefined;
  const context = { now: 0, actor: 'test', cause: 0 };
  const key = objectKey(place, name);
  cluster.server.commit('create', kind, key, undefined, value as unknown as KubeObject, context);
  const root = kind.group === '' ? '/api/v1' : `/apis/${kind.apiVersion}`;
  const folder = place === undefined ? root : `${root}/namespaces/${place}`;
  const answer = cluster.send('GET', `${folder}/${kind.plural}/${name}`);
  expect(answer.code).toBe(200);
  return answer.body;
}

describe.skipIf(kinds.length === 0)('is read as it was stored (skipped without the samples)', () => {
  test('nearly every kind has a sample', () => expect(kinds.length).toBeGreaterThan(55));

  test.each(kinds.map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind] as const))(
    '%s',
    async (_name, kind) => {
      const json = readFileSync(fileOf(kind, 'json'));
      const want = sampleOf(kind);
      expect(readAgain(kind, await bodyOf(json, 'application/json', kind))).toEqual(want);
      const yaml = readFileSync(fileOf(kind, 'yaml'));
      expect(readAgain(kind, await bodyOf(yaml, 'application/yaml', kind))).toEqual(want);
    },
  );

  test.each(kinds.map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind] as const))(
    '%s as protobuf',
    async (_name, kind) => {
      const want = sampleOf(kind);
      const decoded = decodeObject(want).value as unknown as Readonly<Record<string, unknown>>;
      if (numbersOf(structNameOf(kind.apiVersion, kind.kind) ?? '') === undefined) {
        expect(WITHOUT_NUMBERS).toContain(kind.kind);
        return;
      }
      const protobuf = Buffer.from(encodeProtobuf(decoded));
      const read = readAgain(kind, await bodyOf(protobuf, 'application/vnd.kubernetes.protobuf', kind));
      if (NEWER_FIELDS.includes(kind.kind)) expect(want).toMatchObject(read as object);
      else expect(read).toEqual(want);
    },
  );
});
