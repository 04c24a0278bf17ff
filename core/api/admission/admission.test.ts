import { describe, expect, test } from 'vitest';
import { NAMESPACE, POD, PRIORITY_CLASS } from '../../kinds/registry.ts';
import type { Pod } from '../../schema/types.generated.ts';
import { cluster, create, newObject, newPod, POD_SPEC, refusal, remove } from '../testing/cluster.ts';

describe('admission', () => {
  test('nothing is created in a namespace that is going', () => {
    const world = cluster();
    remove(world, NAMESPACE, 'default');
    const result = world.run({ verb: 'create', kind: POD, object: newPod({ generateName: 'web-' }) });
    expect(refusal(result)).toBe(
      '403 Forbidden: pods "web-" is forbidden: unable to create new content in namespace default because it is being terminated',
    );
    expect(result.ok ? undefined : result.status.details?.causes).toEqual([
      {
        reason: 'NamespaceTerminating',
        message: 'namespace default is being terminated',
        field: 'metadata.namespace',
      },
    ]);
  });

  test('a pod gets its account, the token volume and the default tolerations; pods of one spec share them', () => {
    const world = cluster();
    const a = create<Pod>(world, newPod({ name: 'a' }), POD);
    const b = create<Pod>(world, newPod({ name: 'b' }), POD);
    expect(a.spec).toBe(b.spec);
    expect(a.spec.serviceAccountName).toBe('default');
    expect(a.spec.volumes?.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^kube-api-access-\w{5}$/),
    ]);
    expect(a.spec.containers[0]?.volumeMounts).toEqual([
      {
        name: a.spec.volumes?.[0]?.name,
        readOnly: true,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    ]);
    expect(a.spec.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).toEqual([
      ['node.kubernetes.io/not-ready', 300],
      ['node.kubernetes.io/unreachable', 300],
    ]);
    const own = [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }];
    const c = create<Pod>(world, newPod({ name: 'c' }, { ...POD_SPEC, tolerations: own }), POD);
    expect(c.spec.tolerations?.map(({ key }) => key)).toEqual([
      'node.kubernetes.io/not-ready',
      'node.kubernetes.io/unreachable',
    ]);
    expect(c.spec.tolerations?.[0]?.tolerationSeconds).toBeUndefined();
  });

  test('no token where the pod or its account wants none', () => {
    const world = cluster();
    const spec = { ...POD_SPEC, automountServiceAccountToken: false };
    expect(create<Pod>(world, newPod({ name: 'a' }, spec), POD).spec.volumes ?? []).toEqual([]);
  });

  test('priority: by its class, by the default class, by none; the classes of every cluster', () => {
    const world = cluster();
    const priorityOf = (name: string, spec: object): readonly unknown[] => {
      const { priority, priorityClassName, preemptionPolicy } = create<Pod>(
        world,
        newPod({ name }, { ...POD_SPEC, ...spec }),
        POD,
      ).spec;
      return [priority, priorityClassName, preemptionPolicy];
    };
    expect(priorityOf('none', {})).toEqual([0, undefined, 'PreemptLowerPriority']);
    expect(priorityOf('system', { priorityClassName: 'system-node-critical' })[0]).toBe(2_000_001_000);
    create(
      world,
      newObject(PRIORITY_CLASS, { name: 'high' }, { value: 1000, preemptionPolicy: 'Never' }),
      PRIORITY_CLASS,
    );
    create(
      world,
      newObject(PRIORITY_CLASS, { name: 'usual' }, { value: 10, globalDefault: true }),
      PRIORITY_CLASS,
    );
    expect(priorityOf('high', { priorityClassName: 'high' })).toEqual([1000, 'high', 'Never']);
    // The very same spec as before, in a cluster that now has a default: what was memoised no longer holds.
    expect(priorityOf('usual', {})).toEqual([10, 'usual', 'PreemptLowerPriority']);
  });
});
