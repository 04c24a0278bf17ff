import { describe, expect, test } from 'vitest';
import {
  INGRESS,
  INGRESS_CLASS,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  RUNTIME_CLASS,
  STORAGE_CLASS,
} from '../../kinds/registry.ts';
import type { Ingress, PersistentVolumeClaim, Pod } from '../../schema/types.generated.ts';
import { type Cluster, cluster, create, newObject, newPod, POD_SPEC, refusal } from '../testing/cluster.ts';

function storageClass(world: Cluster, name: string, isDefault: boolean): void {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': `${isDefault}` };
  create(world, newObject(STORAGE_CLASS, { name, annotations }, { provisioner: 'a/b' }), STORAGE_CLASS);
}

function claimClass(world: Cluster, name: string, spec: object = {}): string | undefined {
  const object = newObject(
    PERSISTENT_VOLUME_CLAIM,
    { name, namespace: 'default' },
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec } },
  );
  return create<PersistentVolumeClaim>(world, object, PERSISTENT_VOLUME_CLAIM).spec.storageClassName;
}

test('a claim without a class gets the default one, the newest of several', () => {
  const world = cluster();
  expect(claimClass(world, 'a')).toBeUndefined();
  storageClass(world, 'other', false);
  storageClass(world, 'old', true);
  expect(claimClass(world, 'b')).toBe('old');
  world.at(10);
  storageClass(world, 'young', true);
  expect(claimClass(world, 'c')).toBe('young');
  expect(claimClass(world, 'd', { storageClassName: 'other' })).toBe('other');
  expect(claimClass(world, 'e', { storageClassName: '' })).toBe('');
});

test('an ingress without a class gets the default one', () => {
  const world = cluster();
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
  create(
    world,
    newObject(INGRESS_CLASS, { name: 'nginx', annotations }, { spec: { controller: 'a.b/c' } }),
    INGRESS_CLASS,
  );
  const ingress = (name: string, meta: object = {}): Ingress =>
    create<Ingress>(
      world,
      newObject(
        INGRESS,
        { name, namespace: 'default', ...meta },
        { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } },
      ),
      INGRESS,
    );
  expect(ingress('a').spec.ingressClassName).toBe('nginx');
  const own = { annotations: { 'kubernetes.io/ingress.class': 'other' } };
  expect(ingress('b', own).spec.ingressClassName).toBeUndefined();
});

describe('the runtime class of a pod', () => {
  function world(fields: object): Cluster {
    const made = cluster();
    create(
      made,
      newObject(RUNTIME_CLASS, { name: 'sandbox' }, { handler: 'runsc', ...fields }),
      RUNTIME_CLASS,
    );
    return made;
  }
  const runtimeClassName = 'sandbox';
  const refused = (made: Cluster, spec: object): string =>
    refusal(made.run({ verb: 'create', kind: POD, object: newPod({ name: 'p' }, { ...POD_SPEC, ...spec }) }));

  test('gives it overhead, nodes and tolerations', () => {
    const toleration = { key: 'sandbox', operator: 'Exists' };
    const made = world({
      overhead: { podFixed: { cpu: '100m' } },
      scheduling: { nodeSelector: { runtime: 'sandbox' }, tolerations: [toleration] },
    });
    const pod = create<Pod>(
      made,
      newPod({ name: 'p' }, { ...POD_SPEC, runtimeClassName, nodeSelector: { zone: 'a' } }),
      POD,
    );
    expect(pod.spec).toMatchObject({
      overhead: { cpu: '100m' },
      nodeSelector: { runtime: 'sandbox', zone: 'a' },
    });
    expect(pod.spec.tolerations).toContainEqual(toleration);
  });

  test.each<[string, object, object, string]>([
    ['missing', {}, { runtimeClassName: 'nope' }, 'pod rejected: RuntimeClass "nope" not found'],
    [
      'with another overhead',
      { overhead: { podFixed: { cpu: '100m' } } },
      { runtimeClassName, overhead: { cpu: '1' } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      'without one',
      {},
      { runtimeClassName, overhead: { cpu: '1' } },
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
    [
      'for other nodes',
      { scheduling: { nodeSelector: { a: 'b' } } },
      { runtimeClassName, nodeSelector: { a: 'c' } },
      'conflict: runtimeClass.scheduling.nodeSelector[a] = b; pod.spec.nodeSelector[a] = c',
    ],
  ])('%s', (_name, fields, spec, detail) => {
    expect(refused(world(fields), spec)).toBe(`403 Forbidden: pods "p" is forbidden: ${detail}`);
  });
});
