import { describe, expect, test } from 'vitest';
import { CONFIG_MAP, PERSISTENT_VOLUME_CLAIM, POD, RESOURCE_QUOTA, SERVICE } from '../../kinds/registry.ts';
import type { Pod, ResourceQuota, Service } from '../../schema/types.generated.ts';
import {
  type Cluster,
  cluster,
  create,
  done,
  newConfigMap,
  newObject,
  newPod,
  refusal,
  stored,
} from '../testing/cluster.ts';

interface Counted {
  readonly hard: Readonly<Record<string, string>>;
  readonly used?: Readonly<Record<string, string>>;
}

/** With a quota that has been counted already. */
function withQuota({ hard, used }: Counted, spec: object = {}): Cluster {
  const world = cluster();
  const meta = { name: 'q', namespace: 'default' };
  const quota = create<ResourceQuota>(
    world,
    newObject(RESOURCE_QUOTA, meta, { spec: { hard, ...spec } }),
    RESOURCE_QUOTA,
  );
  const zeros = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
  const object = { ...quota, status: { hard, used: { ...zeros, ...used } } };
  done(world.run({ verb: 'updateStatus', kind: RESOURCE_QUOTA, object }));
  world.events.length = 0;
  return world;
}

function used(world: Cluster): unknown {
  return stored<ResourceQuota>(world, RESOURCE_QUOTA, 'q')?.status.used;
}

function pod(name: string, resources: object, more: object = {}) {
  return newPod({ name }, { containers: [{ name: 'c', image: 'i', resources }], ...more });
}

function tryPod(world: Cluster, object: ReturnType<typeof newPod>) {
  return world.run({ verb: 'create', kind: POD, object });
}

describe('a creation', () => {
  test('is charged in an event of the quota, and then comes its own', () => {
    const world = withQuota({ hard: { pods: '2', cpu: '1', 'limits.memory': '1Gi' } });
    const resources = { requests: { cpu: '200m' }, limits: { cpu: '300m', memory: '512Mi' } };
    const made = create<Pod>(world, pod('a', resources), POD);
    expect(used(world)).toEqual({ cpu: '200m', 'limits.memory': '512Mi', pods: '1' });
    expect(world.events.map(({ kind, verb }) => `${verb} ${kind.resource}`)).toEqual([
      'update resourcequotas',
      'create pods',
    ]);
    expect(made.metadata.resourceVersion).toBe(String(world.events[1]?.rv));
    create(world, pod('b', resources), POD);
    expect(used(world)).toEqual({ cpu: '400m', 'limits.memory': '1Gi', pods: '2' });
  });

  test('that would be too much is refused, and nothing is charged', () => {
    const world = withQuota({ hard: { pods: '5', cpu: '1' }, used: { pods: '3', cpu: '900m' } });
    expect(refusal(tryPod(world, pod('a', { requests: { cpu: '200m' } })))).toBe(
      '403 Forbidden: pods "a" is forbidden: exceeded quota: q, requested: cpu=200m, used: cpu=900m, limited: cpu=1',
    );
    expect(world.events).toEqual([]);
  });

  test('that is refused for its name is not charged', () => {
    const world = withQuota({ hard: { pods: '5' } });
    create(world, pod('a', {}), POD);
    expect(refusal(tryPod(world, pod('a', {})))).toMatch(/already exists$/);
    expect(used(world)).toEqual({ pods: '1' });
  });

  test('must say what the quota counts', () => {
    const world = withQuota({ hard: { 'requests.cpu': '1', 'limits.memory': '1Gi' } });
    const initContainers = [{ name: 'i', image: 'i', resources: { limits: { memory: '1Mi' } } }];
    expect(refusal(tryPod(world, pod('a', {}, { initContainers })))).toBe(
      '403 Forbidden: pods "a" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c,i',
    );
  });

  test('waits for a quota that was counted in part', () => {
    const world = withQuota({ hard: { pods: '5' } });
    const quota = stored<ResourceQuota>(world, RESOURCE_QUOTA, 'q')!;
    const object = { ...quota, status: { hard: { pods: '5', cpu: '1' }, used: { pods: '0' } } };
    done(world.run({ verb: 'updateStatus', kind: RESOURCE_QUOTA, object }));
    expect(refusal(tryPod(world, pod('a', { requests: { cpu: '1' } })))).toBe(
      '403 Forbidden: pods "a" is forbidden: status unknown for quota: q, resources: cpu,pods',
    );
  });

  test('is held by all quotas of its namespace', () => {
    const world = withQuota({ hard: { pods: '5' } });
    const other = newObject(
      RESOURCE_QUOTA,
      { name: 'r', namespace: 'default' },
      { spec: { hard: { pods: '0' } } },
    );
    const quota = create<ResourceQuota>(world, other, RESOURCE_QUOTA);
    const object = { ...quota, status: { hard: { pods: '0' }, used: { pods: '0' } } };
    done(world.run({ verb: 'updateStatus', kind: RESOURCE_QUOTA, object }));
    expect(refusal(tryPod(world, pod('a', {})))).toMatch(/exceeded quota: r, requested: pods=1/);
    expect(used(world)).toEqual({ pods: '0' });
  });

  test('of any kind can be counted', () => {
    const world = withQuota({ hard: { configmaps: '1', 'count/configmaps': '5' } });
    create(world, newConfigMap('a'), CONFIG_MAP);
    expect(used(world)).toEqual({ configmaps: '1', 'count/configmaps': '1' });
    const result = world.run({ verb: 'create', kind: CONFIG_MAP, object: newConfigMap('b') });
    expect(refusal(result)).toMatch(
      /exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1$/,
    );
  });

  test.each<[string, object, object, boolean]>([
    ['best effort', { scopes: ['BestEffort'] }, {}, true],
    ['not best effort', { scopes: ['NotBestEffort'] }, {}, false],
    ['with an end', { scopes: ['Terminating'] }, { activeDeadlineSeconds: 5 }, true],
    ['without an end', { scopes: ['Terminating'] }, {}, false],
    [
      'of a class',
      {
        scopeSelector: {
          matchExpressions: [
            { scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] },
          ],
        },
      },
      { priorityClassName: 'system-node-critical' },
      true,
    ],
    [
      'of no class',
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists' }] } },
      {},
      false,
    ],
  ])('counts in its scopes: %s', (_name, spec, more, counts) => {
    const world = withQuota({ hard: { pods: '1' } }, spec);
    create(world, pod('a', {}, more), POD);
    expect(used(world)).toEqual({ pods: counts ? '1' : '0' });
  });
});

test('a Service counts its node ports; another type is charged with what it has more', () => {
  const world = withQuota({
    hard: { services: '5', 'services.loadbalancers': '1', 'services.nodeports': '2' },
  });
  const spec = {
    ports: [
      { name: 'a', port: 80 },
      { name: 'b', port: 81 },
    ],
    selector: { app: 'a' },
  };
  const service = create<Service>(
    world,
    newObject(SERVICE, { name: 's', namespace: 'default' }, { spec }),
    SERVICE,
  );
  expect(used(world)).toEqual({ services: '1', 'services.loadbalancers': '0', 'services.nodeports': '0' });
  const object = { ...service, spec: { ...service.spec, type: 'NodePort' as const } };
  done(world.run({ verb: 'update', kind: SERVICE, object }));
  expect(used(world)).toEqual({ services: '1', 'services.loadbalancers': '0', 'services.nodeports': '2' });
  const more = newObject(
    SERVICE,
    { name: 't', namespace: 'default' },
    { spec: { ...spec, type: 'LoadBalancer' } },
  );
  expect(refusal(world.run({ verb: 'create', kind: SERVICE, object: more }))).toMatch(
    /requested: services\.nodeports=2, used: services\.nodeports=2, limited: services\.nodeports=2$/,
  );
});

test('a claim counts its size, for its class too', () => {
  const hard = { 'requests.storage': '3Gi', 'fast.storageclass.storage.k8s.io/requests.storage': '1Gi' };
  const world = withQuota({ hard });
  const claim = (name: string, storageClassName: string) =>
    world.run({
      verb: 'create',
      kind: PERSISTENT_VOLUME_CLAIM,
      object: newObject(
        PERSISTENT_VOLUME_CLAIM,
        { name, namespace: 'default' },
        {
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName,
            resources: { requests: { storage: '1Gi' } },
          },
        },
      ),
    });
  done(claim('a', 'fast'));
  done(claim('b', 'slow'));
  expect(used(world)).toEqual({
    'fast.storageclass.storage.k8s.io/requests.storage': '1Gi',
    'requests.storage': '2Gi',
  });
  expect(refusal(claim('c', 'fast'))).toMatch(/exceeded quota: q, requested: fast\.storageclass/);
});
