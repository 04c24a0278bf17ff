import { describe, expect, test } from 'vitest';
import type { PropagationPolicy } from '../../core/api/command.ts';
import type { OwnerReference } from '../../core/api/object.ts';
import { CONFIG_MAP, EVENT, NAMESPACE, POD, SECRET, SERVICE_ACCOUNT } from '../../core/kinds/registry.ts';
import type { Namespace } from '../../core/schema/types.generated.ts';
import { HOUR, MINUTE, rfc3339, SECOND } from '../../core/time.ts';
import { randomStream } from '../../sim/random/keyed.ts';
import { FrozenWorld } from '../testing/frozen-world.ts';
import { eventTtlController } from './event-ttl.ts';
import { garbageCollector } from './garbage-collection.ts';
import { namespaceController } from './namespace.ts';
import { rootCaPublisher } from './root-ca-publisher.ts';
import { serviceAccountController } from './service-account.ts';

function configMap(
  world: FrozenWorld,
  name: string,
  owners: readonly OwnerReference[] = [],
  namespace = 'default',
  finalizers?: readonly string[],
): void {
  const metadata = {
    name,
    namespace,
    ...(owners.length > 0 ? { ownerReferences: owners } : {}),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
  world.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
}

function found(world: FrozenWorld, name: string, namespace = 'default') {
  return world.server.state.get(CONFIG_MAP, namespace, name);
}

function ownedBy(world: FrozenWorld, name: string, extra: Partial<OwnerReference> = {}): OwnerReference {
  const uid = found(world, name)?.metadata.uid ?? 'gone';
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...extra };
}

function remove(world: FrozenWorld, name: string, propagationPolicy?: PropagationPolicy): void {
  const options = propagationPolicy === undefined ? {} : { propagationPolicy };
  world.request({ verb: 'delete', kind: CONFIG_MAP, namespace: 'default', name, options });
}

function names(world: FrozenWorld): readonly string[] {
  return world.server.state.list(CONFIG_MAP, 'default').map(({ metadata }) => metadata.name);
}

describe('garbage collection', () => {
  test('background: dependents go after their owner, down the chain', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'a');
    configMap(world, 'b', [ownedBy(world, 'a')]);
    configMap(world, 'c', [ownedBy(world, 'b')]);
    configMap(world, 'other');
    remove(world, 'a', 'Background');
    world.run(SECOND);
    expect(names(world)).toEqual(['other']);
  });

  test('a dependent with another owner stays, and forgets the one that is gone (I35)', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'a');
    configMap(world, 'b');
    configMap(world, 'c', [ownedBy(world, 'a'), ownedBy(world, 'b')]);
    remove(world, 'a');
    world.run(SECOND);
    expect(found(world, 'c')?.metadata.ownerReferences).toEqual([ownedBy(world, 'b')]);
    remove(world, 'b');
    world.run(SECOND);
    expect(names(world)).toEqual([]);
  });

  test('an owner made anew under the same name is another one', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'a');
    configMap(world, 'c', [ownedBy(world, 'a')]);
    remove(world, 'a');
    configMap(world, 'a');
    world.run(SECOND);
    expect(names(world)).toEqual(['a']);
  });

  test('foreground: the owner goes after the dependents that block it (I36)', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'a');
    configMap(world, 'blocking', [ownedBy(world, 'a', { blockOwnerDeletion: true })]);
    configMap(world, 'held', [ownedBy(world, 'a', { blockOwnerDeletion: true })], 'default', ['x.io/hold']);
    configMap(world, 'free', [ownedBy(world, 'a')]);
    remove(world, 'a', 'Foreground');
    world.run(SECOND);
    expect(names(world)).toEqual(['a', 'held']);
    world.request({
      verb: 'patch',
      kind: CONFIG_MAP,
      namespace: 'default',
      name: 'held',
      change: (stored) => ({ ...stored, metadata: { ...stored.metadata, finalizers: undefined } }),
    });
    world.run(SECOND);
    expect(names(world)).toEqual([]);
  });

  test('foreground: a dependent that another owner keeps is released, so that it blocks no more', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'a');
    configMap(world, 'b');
    configMap(world, 'c', [ownedBy(world, 'a', { blockOwnerDeletion: true }), ownedBy(world, 'b')]);
    remove(world, 'a', 'Foreground');
    world.run(SECOND);
    expect(names(world)).toEqual(['b', 'c']);
    expect(found(world, 'c')?.metadata.ownerReferences).toEqual([ownedBy(world, 'b')]);
  });

  test('foreground: owners in a circle do not wait for one another', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'a');
    configMap(world, 'b', [ownedBy(world, 'a', { blockOwnerDeletion: true })]);
    const back = ownedBy(world, 'b', { blockOwnerDeletion: true });
    world.request({
      verb: 'patch',
      kind: CONFIG_MAP,
      namespace: 'default',
      name: 'a',
      change: (stored) => ({ ...stored, metadata: { ...stored.metadata, ownerReferences: [back] } }),
    });
    remove(world, 'a', 'Foreground');
    world.run(10 * SECOND);
    expect(names(world)).toEqual([]);
  });

  test('orphan: dependents lose their reference and stay', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'a');
    configMap(world, 'b', [ownedBy(world, 'a', { blockOwnerDeletion: true })]);
    remove(world, 'a', 'Orphan');
    world.run(SECOND);
    expect(names(world)).toEqual(['b']);
    expect(found(world, 'b')?.metadata.ownerReferences).toBeUndefined();
  });

  test('an object that names an owner which never was is collected; finalizers hold it (I37)', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'a', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'none' }]);
    configMap(world, 'b', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'none' }], 'default', [
      'x.io/hold',
    ]);
    world.run(SECOND);
    expect(names(world)).toEqual(['b']);
    expect(found(world, 'b')?.metadata.deletionTimestamp).toBeDefined();
  });

  test('an owner in another namespace is none, and is told of; an unreachable one keeps a cluster-scoped object', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'owner');
    const reference = ownedBy(world, 'owner');
    configMap(world, 'stray', [reference], 'kube-public');
    world.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'ns', ownerReferences: [reference] },
    });
    world.run(SECOND);
    expect(found(world, 'stray', 'kube-public')).toBeUndefined();
    expect(world.server.state.get(NAMESPACE, undefined, 'ns')?.metadata.deletionTimestamp).toBeUndefined();
    const identity = (namespace: string) =>
      `[v1/ConfigMap, namespace: ${namespace}, name: owner, uid: ${reference.uid}]`;
    expect(world.events().toSorted()).toEqual([
      `OwnerRefInvalidNamespace: ownerRef ${identity('')} does not exist in namespace ""`,
      `OwnerRefInvalidNamespace: ownerRef ${identity('kube-public')} does not exist in namespace "kube-public"`,
    ]);
  });

  test('a cache that is behind deletes nothing whose owner is there', () => {
    const world = new FrozenWorld([garbageCollector]);
    configMap(world, 'a');
    configMap(world, 'b', [ownedBy(world, 'a')]);
    world.restart({ watchDelay: 5 * SECOND });
    world.run(MINUTE);
    expect(names(world)).toEqual(['a', 'b']);
  });

  test('random forests: what is left has every owner, or an owner left, and nothing else was lost (I35)', () => {
    for (let seed = 0; seed < 25; seed += 1) {
      const random = randomStream(seed, 'forest');
      const world = new FrozenWorld([garbageCollector]);
      const owners = new Map<string, readonly string[]>();
      const size = 12;
      for (let i = 0; i < size; i += 1) {
        const name = `o${String(i).padStart(2, '0')}`;
        const chosen = [...owners.keys()].filter((other) => random.below(4, name, other) === 0);
        configMap(
          world,
          name,
          chosen.map((other) =>
            ownedBy(world, other, { blockOwnerDeletion: random.below(2, name, `block ${other}`) === 0 }),
          ),
        );
        owners.set(name, chosen);
      }
      const policies = ['Background', 'Foreground', 'Orphan'] as const;
      const policy = policies[seed % 3];
      const roots = [...owners.keys()].filter((name) => random.below(3, name, 'delete') === 0);
      for (const name of roots) remove(world, name, policy);
      world.run(30 * SECOND);
      const left = new Set(names(world));
      const gone = new Set<string>(roots);
      if (policy !== 'Orphan') {
        for (const [name, chosen] of owners) {
          if (chosen.length > 0 && chosen.every((other) => gone.has(other))) gone.add(name);
        }
      }
      expect([...left]).toEqual([...owners.keys()].filter((name) => !gone.has(name)));
      for (const name of left) {
        const references = found(world, name)?.metadata.ownerReferences ?? [];
        expect(references.map((reference) => reference.name)).toEqual(
          (owners.get(name) ?? []).filter((other) => !gone.has(other)),
        );
      }
    }
  });
});

describe('namespaces', () => {
  const all = [namespaceController, garbageCollector, serviceAccountController, rootCaPublisher];

  function namespace(world: FrozenWorld): Namespace | undefined {
    return world.server.state.get(NAMESPACE, undefined, 'ns');
  }

  function removeNamespace(world: FrozenWorld): void {
    world.request({ verb: 'delete', kind: NAMESPACE, namespace: undefined, name: 'ns' });
  }

  function conditions(world: FrozenWorld): readonly string[] {
    return (namespace(world)?.status.conditions ?? []).map(
      ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
    );
  }

  test('each has a default service account and the root certificate, again after somebody removes them', () => {
    const world = new FrozenWorld(all);
    world.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    world.run(SECOND);
    const both = () => [
      world.server.state.get(SERVICE_ACCOUNT, 'ns', 'default') !== undefined,
      world.server.state.get(CONFIG_MAP, 'ns', 'kube-root-ca.crt')?.data?.['ca.crt']?.slice(0, 27),
    ];
    expect(both()).toEqual([true, '-----BEGIN CERTIFICATE-----']);
    world.request({ verb: 'delete', kind: SERVICE_ACCOUNT, namespace: 'ns', name: 'default' });
    world.request({
      verb: 'patch',
      kind: CONFIG_MAP,
      namespace: 'ns',
      name: 'kube-root-ca.crt',
      change: (stored) => ({ ...stored, data: {} }) as never,
    });
    world.run(SECOND);
    expect(both()).toEqual([true, '-----BEGIN CERTIFICATE-----']);
  });

  test('a deleted one takes its objects with it, after five seconds (I46)', () => {
    const world = new FrozenWorld(all);
    world.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    world.run(SECOND);
    configMap(world, 'c', [], 'ns');
    world.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'ns' } });
    removeNamespace(world);
    expect(namespace(world)?.status.phase).toBe('Terminating');
    world.run(4 * SECOND);
    expect(found(world, 'c', 'ns')).toBeDefined();
    world.run(2 * SECOND);
    expect(namespace(world)).toBeUndefined();
    expect(world.server.state.list(CONFIG_MAP, 'ns')).toEqual([]);
    expect(world.server.state.list(SECRET, 'ns')).toEqual([]);
  });

  test('an object with a finalizer holds it, and its conditions say so', () => {
    const world = new FrozenWorld(all);
    world.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    configMap(world, 'c', [], 'ns', ['x.io/hold']);
    world.run(SECOND);
    removeNamespace(world);
    world.run(10 * SECOND);
    expect(conditions(world)).toEqual([
      'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization',
      'NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
      'NamespaceFinalizersRemaining=True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: x.io/hold in 1 resource instances',
    ]);
    world.takeRecords();
    world.run(HOUR);
    expect(world.takeRecords()).toEqual([]);
    world.request({
      verb: 'patch',
      kind: CONFIG_MAP,
      namespace: 'ns',
      name: 'c',
      change: (stored) => ({ ...stored, metadata: { ...stored.metadata, finalizers: undefined } }),
    });
    world.run(20 * SECOND);
    expect(namespace(world)).toBeUndefined();
  });

  test('pods end gracefully, before anything else goes', () => {
    const world = new FrozenWorld(all);
    world.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    world.run(SECOND);
    configMap(world, 'c', [], 'ns');
    world.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'ns' },
      spec: { containers: [{ name: 'c', image: 'i' }], terminationGracePeriodSeconds: 30 },
    } as never);
    const uid = world.server.state.get(POD, 'ns', 'p')?.metadata.uid ?? '';
    world.request({ verb: 'bind', namespace: 'ns', name: 'p', uid, nodeName: 'n' }, 'scheduler');
    world.setPodLife({ start: SECOND, stop: 10 * SECOND, nodes: 1 });
    removeNamespace(world);
    world.run(10 * SECOND);
    expect(world.server.state.get(POD, 'ns', 'p')?.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(found(world, 'c', 'ns')).toBeDefined();
    expect(conditions(world)).toContain(
      'NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: pods. has 1 resource instances',
    );
    world.run(MINUTE);
    expect(namespace(world)).toBeUndefined();
    expect(found(world, 'c', 'ns')).toBeUndefined();
  });

  test('a pod that outstays its grace period is an error of the content', () => {
    const world = new FrozenWorld([namespaceController]);
    world.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    world.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'ns' },
    });
    world.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'ns' },
      spec: { containers: [{ name: 'c', image: 'i' }], terminationGracePeriodSeconds: 5 },
    } as never);
    const uid = world.server.state.get(POD, 'ns', 'p')?.metadata.uid ?? '';
    world.request({ verb: 'bind', namespace: 'ns', name: 'p', uid, nodeName: 'n' }, 'scheduler');
    removeNamespace(world);
    world.run(MINUTE);
    expect(conditions(world)).toContain(
      'NamespaceDeletionContentFailure=True ContentDeletionFailed: Failed to delete all resource types, 1 remaining: ' +
        'unexpected items still remain in namespace: ns for gvr: /v1, Resource=pods',
    );
  });
});

describe('events', () => {
  test('go an hour after they were last written, and not before', () => {
    const world = new FrozenWorld([eventTtlController]);
    const event = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      lastTimestamp: rfc3339(world.now),
    });
    const left = () => world.server.state.list(EVENT).map(({ metadata }) => metadata.name);
    world.create(event('a'));
    world.run(30 * MINUTE);
    world.create(event('b'));
    world.run(29 * MINUTE);
    expect(left()).toEqual(['a', 'b']);
    world.run(2 * MINUTE);
    expect(left()).toEqual(['b']);
    world.run(30 * MINUTE);
    expect(left()).toEqual([]);
  });
});
