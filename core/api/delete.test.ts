import { describe, expect, test } from 'vitest';
import type { Kind } from '../kinds/kind.ts';
import { CONFIG_MAP, DEPLOYMENT, NAMESPACE, POD } from '../kinds/registry.ts';
import type { Namespace, Pod } from '../schema/types.generated.ts';
import type { DeleteOptions, Result } from './command.ts';
import type { KubeObject, NewObject } from './object.ts';
import {
  type Cluster,
  cluster,
  create,
  done,
  newConfigMap,
  newDeployment,
  newPod,
  POD_SPEC,
  refusal,
  remove,
  stored,
} from './testing/cluster.ts';

describe('delete', () => {
  const finalized = (name: string): NewObject => newConfigMap(name, {}, { finalizers: ['example.com/hold'] });
  const setFinalizers = ({ run }: Cluster, kind: Kind, name: string, finalizers: readonly string[]): Result =>
    run({
      verb: 'patch',
      kind,
      namespace: kind.namespaced ? 'default' : undefined,
      name,
      change: (it) => ({ ...it, metadata: { ...it.metadata, finalizers } }),
    });
  const bind = (world: Cluster, pod: Pod): void => {
    const { name, uid } = pod.metadata;
    done(world.run({ verb: 'bind', namespace: 'default', name, uid, nodeName: 'node-1' }));
  };

  test('without finalizers it is gone at once', () => {
    const world = cluster();
    const map = create(world, newConfigMap('c'), CONFIG_MAP);
    expect(remove(world, CONFIG_MAP, 'c')).toMatchObject({ ok: true, object: map });
    expect(stored(world, CONFIG_MAP, 'c')).toBeUndefined();
    expect(world.events.at(-1)).toMatchObject({ verb: 'delete', previous: map, next: undefined });
    // A name may be used again: another object.
    expect(create(world, newConfigMap('c'), CONFIG_MAP).metadata.uid).not.toBe(map.metadata.uid);
  });

  test('finalizers hold it until the last is taken off', () => {
    const world = cluster();
    create(world, finalized('c'), CONFIG_MAP);
    world.at(3);
    remove(world, CONFIG_MAP, 'c');
    expect(stored(world, CONFIG_MAP, 'c')?.metadata).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:03Z',
      deletionGracePeriodSeconds: 0,
    });
    world.at(4);
    world.events.length = 0;
    // Once more changes nothing.
    expect(remove(world, CONFIG_MAP, 'c')).toMatchObject({ ok: true, rv: 0 });
    expect(refusal(setFinalizers(world, CONFIG_MAP, 'c', ['example.com/hold', 'example.com/b']))).toBe(
      '422 Invalid: ConfigMap "c" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/b"}',
    );
    expect(world.events).toEqual([]);
    expect(setFinalizers(world, CONFIG_MAP, 'c', []).ok).toBe(true);
    expect(world.events).toMatchObject([{ verb: 'delete' }]);
    expect(stored(world, CONFIG_MAP, 'c')).toBeUndefined();
  });

  test.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
    ['Background', undefined],
  ] as const)('propagation %s: finalizers %j', (propagationPolicy, finalizers) => {
    const world = cluster();
    create(world, newDeployment('web'), DEPLOYMENT);
    remove(world, DEPLOYMENT, 'web', { propagationPolicy });
    expect(stored(world, DEPLOYMENT, 'web')?.metadata.finalizers).toEqual(finalizers);
    expect(stored(world, DEPLOYMENT, 'web')?.metadata.generation).toBe(
      finalizers === undefined ? undefined : 2,
    );
  });

  test('preconditions', () => {
    const world = cluster();
    const { uid, resourceVersion } = create(world, newConfigMap('c'), CONFIG_MAP).metadata;
    expect(refusal(remove(world, CONFIG_MAP, 'c', { preconditions: { uid: 'other' } }))).toBe(
      `409 Conflict: Operation cannot be fulfilled on ConfigMap "c": the UID in the precondition (other) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
    expect(refusal(remove(world, CONFIG_MAP, 'c', { preconditions: { resourceVersion: '0' } }))).toBe(
      `409 Conflict: Operation cannot be fulfilled on ConfigMap "c": the ResourceVersion in the precondition (0) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
    expect(remove(world, CONFIG_MAP, 'c', { preconditions: { uid, resourceVersion } }).ok).toBe(true);
  });

  /** What a bound pod's deletion comes to: its period and the second at which it ends, or `gone`. */
  const podDeletions: readonly (readonly [string, object, readonly DeleteOptions[], string])[] = [
    ['the period of its spec', {}, [{}], '30 at 40'],
    ['a period of its own', { terminationGracePeriodSeconds: 5 }, [{}], '5 at 15'],
    ['the period that is asked for', {}, [{ gracePeriodSeconds: 60 }], '60 at 70'],
    ['none: force', {}, [{ gracePeriodSeconds: 0 }], 'gone'],
    ['a shorter one later, counted from the first', {}, [{}, { gracePeriodSeconds: 10 }], '10 at 20'],
    ['a longer one later changes nothing', {}, [{}, { gracePeriodSeconds: 100 }], '30 at 40'],
    ['no wish later changes nothing', {}, [{ gracePeriodSeconds: 60 }, {}], '60 at 70'],
    ['force later', {}, [{}, { gracePeriodSeconds: 0 }], 'gone'],
  ];
  test.each(podDeletions)('a pod on a node: %s', (_name, spec, deletions, expected) => {
    const world = cluster();
    bind(world, create<Pod>(world, newPod({ name: 'web' }, { ...POD_SPEC, ...spec }), POD));
    deletions.forEach((options, index) => {
      world.at(10 + index);
      expect(remove(world, POD, 'web', options).ok).toBe(true);
    });
    const metadata = stored(world, POD, 'web')?.metadata;
    const seconds = metadata?.deletionTimestamp?.slice(14, 19).split(':').map(Number) ?? [];
    const at = (seconds[0] ?? 0) * 60 + (seconds[1] ?? 0);
    expect(metadata === undefined ? 'gone' : `${metadata.deletionGracePeriodSeconds} at ${at}`).toBe(
      expected,
    );
  });

  test('a pod that no kubelet has, or that has ended, goes at once', () => {
    const world = cluster();
    create(world, newPod({ name: 'unbound' }), POD);
    remove(world, POD, 'unbound');
    bind(world, create<Pod>(world, newPod({ name: 'ended' }), POD));
    const change = (it: KubeObject): KubeObject =>
      ({ ...it, status: { ...(it as Pod).status, phase: 'Succeeded' } }) as KubeObject;
    const where = { kind: POD, namespace: 'default', name: 'ended' } as const;
    done(world.run({ verb: 'patch', ...where, subresource: 'status', change }));
    remove(world, POD, 'ended');
    expect(world.server.state.count(POD)).toBe(0);
  });

  test('a pod that goes is marked with a period of 0 first, and then removed', () => {
    const world = cluster();
    bind(world, create<Pod>(world, newPod({ name: 'web' }), POD));
    remove(world, POD, 'web');
    const told: string[] = [];
    world.server.journal.subscribe((record) => {
      if (record.type !== 'event') return;
      const metadata = (record.next ?? record.previous)?.metadata;
      told.push(`${record.verb} ${metadata?.deletionGracePeriodSeconds}`);
    });
    remove(world, POD, 'web', { gracePeriodSeconds: 0 });
    expect(told).toEqual(['update 0', 'delete 0']);
  });

  test('a namespace waits for its content, and is Terminating meanwhile', () => {
    const world = cluster();
    remove(world, NAMESPACE, 'default');
    expect(stored<Namespace>(world, NAMESPACE, 'default')).toMatchObject({
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Terminating' },
    });
    const change = (it: KubeObject): KubeObject => ({ ...it, spec: { finalizers: [] } }) as never;
    done(world.run({ verb: 'patch', kind: NAMESPACE, namespace: undefined, name: 'default', change }));
    expect(stored(world, NAMESPACE, 'default')).toBeUndefined();
  });
});

describe('bind', () => {
  test('once, the very pod, and not one that is going', () => {
    const world = cluster();
    const pod = create<Pod>(world, newPod({ name: 'web' }), POD);
    const binding = { verb: 'bind', namespace: 'default', name: 'web', nodeName: 'node-1' } as const;
    expect(refusal(world.run({ ...binding, uid: 'other' }))).toMatch(
      /^409 Conflict: Operation cannot be fulfilled on pods\/binding "web": Precondition failed: UID/,
    );
    const bound = done<Pod>(world.run({ ...binding, uid: pod.metadata.uid }));
    expect(bound.spec.nodeName).toBe('node-1');
    expect(bound.status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    expect(refusal(world.run({ ...binding, uid: pod.metadata.uid, nodeName: 'node-2' }))).toBe(
      '409 Conflict: Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "node-1"',
    );
    const held = create<Pod>(world, newPod({ name: 'held', finalizers: ['example.com/hold'] }), POD);
    remove(world, POD, 'held');
    expect(refusal(world.run({ ...binding, name: 'held', uid: held.metadata.uid }))).toBe(
      '409 Conflict: Operation cannot be fulfilled on pods/binding "held": pod held is being deleted, cannot be assigned to a host',
    );
    expect(refusal(world.run({ ...binding, name: 'none', uid: 'x' }))).toBe(
      '404 NotFound: pods "none" not found',
    );
  });
});
