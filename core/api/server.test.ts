import { describe, expect, test } from 'vitest';
import { randomStream } from '../../sim/random/keyed.ts';
import type { Kind } from '../kinds/kind.ts';
import {
  CONFIG_MAP,
  DEPLOYMENT,
  NAMESPACE,
  NODE,
  POD,
  PRIORITY_CLASS,
  REPLICA_SET,
  SERVICE_ACCOUNT,
} from '../kinds/registry.ts';
import { Journal } from '../log/journal.ts';
import type { EventRecord } from '../log/record.ts';
import type { Deployment, Namespace, Pod } from '../schema/types.generated.ts';
import { DEFAULT_START, SECOND } from '../time.ts';
import type { Command, DeleteOptions, Result } from './command.ts';
import type { Draw } from './identity.ts';
import type { KubeObject, NewObject } from './object.ts';
import { ApiServer } from './server.ts';

interface Cluster {
  readonly server: ApiServer;
  readonly events: EventRecord[];
  readonly at: (seconds: number) => void;
  readonly run: (command: Command) => Result;
}

/** An API server with the namespace `default` and its service account. */
function cluster(draw: Draw = randomStream(1, 'api').draw): Cluster {
  const journal = new Journal();
  const server = new ApiServer(journal, draw);
  const events: EventRecord[] = [];
  journal.subscribe((record) => {
    if (record.type === 'event') events.push(record);
  });
  let now = DEFAULT_START;
  const run = (command: Command): Result => server.execute(command, { now, actor: 'user', cause: 0 });
  const created = [
    run({ verb: 'create', kind: NAMESPACE, object: newObject(NAMESPACE, { name: 'default' }) }),
    run({
      verb: 'create',
      kind: SERVICE_ACCOUNT,
      object: newObject(SERVICE_ACCOUNT, { name: 'default', namespace: 'default' }),
    }),
  ];
  expect(created.every(({ ok }) => ok)).toBe(true);
  events.length = 0;
  return {
    server,
    events,
    at: (seconds) => {
      now = DEFAULT_START + seconds * SECOND;
    },
    run,
  };
}

function newObject(kind: Kind, metadata: object, rest: object = {}): NewObject {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  return { apiVersion, kind: kind.kind, metadata, ...rest } as NewObject;
}

const POD_SPEC = { containers: [{ name: 'c', image: 'web' }] };

function newPod(metadata: object, spec: object = POD_SPEC): NewObject {
  return newObject(POD, { namespace: 'default', ...metadata }, { spec });
}

function newDeployment(name: string): NewObject {
  const spec = {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: POD_SPEC },
  };
  return newObject(DEPLOYMENT, { name, namespace: 'default' }, { spec });
}

function newConfigMap(name: string, data: object = { a: '1' }, metadata: object = {}): NewObject {
  return newObject(CONFIG_MAP, { name, namespace: 'default', ...metadata }, { data });
}

/** The object that a request came to. */
function done<T extends KubeObject = KubeObject>(result: Result): T {
  if (!result.ok) throw new Error(result.status.message);
  return result.object as T;
}

function refusal(result: Result): string {
  if (result.ok) throw new Error('the request was served');
  const { code, reason, message } = result.status;
  return `${code} ${reason}: ${message}`;
}

function create<T extends KubeObject>({ run }: Cluster, object: NewObject, kind: Kind): T {
  return done<T>(run({ verb: 'create', kind, object }));
}

function remove({ run }: Cluster, kind: Kind, name: string, options?: DeleteOptions): Result {
  const namespace = kind.namespaced ? 'default' : undefined;
  return run({ verb: 'delete', kind, namespace, name, ...(options === undefined ? {} : { options }) });
}

function stored<T extends KubeObject>({ server }: Cluster, kind: Kind, name: string): T | undefined {
  return server.state.get(kind, kind.namespaced ? 'default' : undefined, name) as T | undefined;
}

describe('create', () => {
  test('gives identity, time and version; the record carries the object', () => {
    const world = cluster();
    world.at(5);
    const result = world.run({ verb: 'create', kind: POD, object: newPod({ name: 'web' }) });
    const pod = done<Pod>(result);
    expect(pod.metadata).toMatchObject({
      name: 'web',
      namespace: 'default',
      creationTimestamp: '2026-01-01T00:00:05Z',
      resourceVersion: String(world.server.journal.lastNumber),
    });
    expect(pod.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(pod.status).toMatchObject({ phase: 'Pending' });
    expect(world.events).toMatchObject([
      { verb: 'create', key: 'default/web', previous: undefined, next: pod },
    ]);
    expect(result).toMatchObject({ ok: true, rv: world.server.journal.lastNumber });
  });

  test('a generated name is drawn anew while it is taken', () => {
    // Whatever the record, the first draw is the same: every later object collides once at least.
    const draw: Draw = (entity, purpose) => {
      if (purpose !== 'name') return randomStream(1, 'api').draw(entity, purpose);
      return entity.includes('/') ? Number(entity.split('/')[1]) : 0;
    };
    const world = cluster(draw);
    const names = Array.from({ length: 8 }, () => create(world, newPod({ generateName: 'web-' }), POD)).map(
      ({ metadata }) => metadata.name,
    );
    expect(new Set(names).size).toBe(8);
    for (const name of names) expect(name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    // Eight attempts, then it is the client's turn.
    expect(
      refusal(world.run({ verb: 'create', kind: POD, object: newPod({ generateName: 'web-' }) })),
    ).toMatch(/^409 AlreadyExists: pods "web-\w{5}" already exists$/);
  });

  test('a long prefix is cut so that the name has 63 characters', () => {
    const pod = create(cluster(), newPod({ generateName: 'x'.repeat(100) }), POD);
    expect(pod.metadata.name).toHaveLength(63);
  });

  test.each([
    ['the same name again', newPod({ name: 'web' }), '409 AlreadyExists: pods "web" already exists'],
    [
      'a namespace that does not exist',
      newPod({ name: 'x', namespace: 'none' }),
      '404 NotFound: namespaces "none" not found',
    ],
    [
      'a resourceVersion',
      newPod({ name: 'x', resourceVersion: '7' }),
      '400 BadRequest: resourceVersion should not be set on objects to be created',
    ],
    [
      'a bad name',
      newPod({ name: 'A_b' }),
      /^422 Invalid: Pod "A_b" is invalid: metadata\.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain/,
    ],
    [
      'no name',
      newPod({}),
      '422 Invalid: Pod "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      'no container',
      newPod({ name: 'x' }, { containers: [] }),
      '422 Invalid: Pod "x" is invalid: spec.containers: Required value',
    ],
    [
      'an account that does not exist',
      newPod({ generateName: 'web-5d4f-' }, { ...POD_SPEC, serviceAccountName: 'none' }),
      '403 Forbidden: pods "web-5d4f-" is forbidden: error looking up service account default/none: serviceaccount "none" not found',
    ],
    [
      'a priority class that does not exist',
      newPod({ name: 'x' }, { ...POD_SPEC, priorityClassName: 'none' }),
      '403 Forbidden: pods "x" is forbidden: no PriorityClass with name none was found',
    ],
  ])('refused: %s', (_name, object, expected) => {
    const world = cluster();
    create(world, newPod({ name: 'web' }), POD);
    const before = world.server.journal.lastNumber;
    expect(refusal(world.run({ verb: 'create', kind: POD, object }))).toMatch(expected);
    // A refused request changes nothing and is no record.
    expect([world.server.journal.lastNumber, world.server.state.count(POD)]).toEqual([before, 1]);
  });

  test('a status has its details, as kubectl and controllers read them', () => {
    const world = cluster();
    create(world, newDeployment('web'), DEPLOYMENT);
    const taken = world.run({ verb: 'create', kind: DEPLOYMENT, object: newDeployment('web') });
    expect(taken).toEqual({
      ok: false,
      status: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'deployments.apps "web" already exists',
        reason: 'AlreadyExists',
        details: { name: 'web', group: 'apps', kind: 'deployments' },
        code: 409,
      },
    });
    const invalid = world.run({
      verb: 'create',
      kind: POD,
      object: newPod({ name: 'x' }, { containers: [] }),
    });
    expect(invalid.ok ? {} : invalid.status.details).toEqual({
      name: 'x',
      kind: 'Pod',
      causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers' }],
    });
  });
});

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

describe('update and patch', () => {
  const rename = (data: object) => (current: KubeObject) => ({ ...current, data }) as KubeObject;

  test('a stale resourceVersion conflicts, none is no precondition, the right one writes', () => {
    const world = cluster();
    const first = create(world, newConfigMap('c'), CONFIG_MAP);
    const second = done(world.run({ verb: 'update', kind: CONFIG_MAP, object: rename({ a: '2' })(first) }));
    expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
    expect(refusal(world.run({ verb: 'update', kind: CONFIG_MAP, object: rename({ a: '3' })(first) }))).toBe(
      '409 Conflict: Operation cannot be fulfilled on configmaps "c": the object has been modified; please apply your changes to the latest version and try again',
    );
    const blind = { ...first, metadata: { ...first.metadata, resourceVersion: '' }, data: { a: '4' } };
    expect(done(world.run({ verb: 'update', kind: CONFIG_MAP, object: blind as KubeObject }))).toMatchObject({
      data: { a: '4' },
    });
    const other = { ...first, metadata: { ...first.metadata, uid: 'other', resourceVersion: '' } };
    expect(refusal(world.run({ verb: 'update', kind: CONFIG_MAP, object: other }))).toBe(
      `409 Conflict: Operation cannot be fulfilled on configmaps "c": Precondition failed: UID in precondition: other, UID in object meta: ${first.metadata.uid}`,
    );
  });

  test('what is not there is not found', () => {
    const world = cluster();
    const object = {
      ...newConfigMap('none'),
      metadata: { name: 'none', namespace: 'default' },
    } as KubeObject;
    const where = { kind: DEPLOYMENT, namespace: 'default', name: 'none' } as const;
    expect(refusal(world.run({ verb: 'update', kind: CONFIG_MAP, object }))).toBe(
      '404 NotFound: configmaps "none" not found',
    );
    expect(refusal(world.run({ verb: 'patch', ...where, change: (it) => it }))).toBe(
      '404 NotFound: deployments.apps "none" not found',
    );
    expect(refusal(world.run({ verb: 'delete', ...where }))).toBe(
      '404 NotFound: deployments.apps "none" not found',
    );
  });

  test('a patch meets no conflict, but may insist on the uid', () => {
    const world = cluster();
    create(world, newConfigMap('c'), CONFIG_MAP);
    const where = { verb: 'patch', kind: CONFIG_MAP, namespace: 'default', name: 'c' } as const;
    expect(done(world.run({ ...where, change: rename({ b: '1' }) }))).toMatchObject({ data: { b: '1' } });
    expect(refusal(world.run({ ...where, uid: 'other', change: rename({}) }))).toMatch(
      /^409 Conflict: .*Precondition failed: UID in precondition: other/,
    );
  });

  test('what changes nothing is no event, however it is written', () => {
    const world = cluster();
    const map = create(world, newConfigMap('c'), CONFIG_MAP);
    world.events.length = 0;
    const where = { verb: 'patch', kind: CONFIG_MAP, namespace: 'default', name: 'c' } as const;
    const results = [
      world.run({ verb: 'update', kind: CONFIG_MAP, object: map }),
      world.run({ ...where, change: rename({ a: '1' }) }),
      world.run({ ...where, change: (it) => ({ ...it, data: { a: '1', b: undefined } }) as never }),
    ];
    expect(results).toEqual(Array(3).fill({ ok: true, object: map, rv: 0 }));
    expect(world.events).toEqual([]);
  });

  test('identity and times are not the writer’s to change', () => {
    const world = cluster();
    const map = create(world, newConfigMap('c'), CONFIG_MAP);
    const change = (current: KubeObject): KubeObject => ({
      ...current,
      metadata: {
        ...current.metadata,
        uid: 'mine',
        creationTimestamp: '1999-01-01T00:00:00Z',
        generation: 9,
        labels: { a: 'b' },
      },
    });
    const patched = done(
      world.run({ verb: 'patch', kind: CONFIG_MAP, namespace: 'default', name: 'c', change }),
    );
    expect(patched.metadata).toEqual({
      ...map.metadata,
      labels: { a: 'b' },
      resourceVersion: patched.metadata.resourceVersion,
    });
  });

  test('the generation follows the spec: not the metadata, not the status', () => {
    const world = cluster();
    const generations: (number | undefined)[] = [];
    const patch = (change: (it: Deployment) => object, subresource?: 'status'): void => {
      const command: Command = {
        verb: 'patch',
        kind: DEPLOYMENT,
        namespace: 'default',
        name: 'web',
        change: change as never,
        ...(subresource === undefined ? {} : { subresource }),
      };
      generations.push(done(world.run(command)).metadata.generation);
    };
    generations.push(create(world, newDeployment('web'), DEPLOYMENT).metadata.generation);
    patch((it) => ({ ...it, metadata: { ...it.metadata, labels: { a: 'b' } } }));
    patch((it) => ({ ...it, status: { ...it.status, observedGeneration: 1 } }), 'status');
    patch((it) => ({ ...it, spec: { ...it.spec, replicas: 2 } }));
    expect(generations).toEqual([1, 1, 1, 2]);
  });

  test('each of spec and status is written through its own resource alone', () => {
    const world = cluster();
    create(world, newDeployment('web'), DEPLOYMENT);
    const both = (it: KubeObject): Deployment => {
      const deployment = it as Deployment;
      return {
        ...deployment,
        spec: { ...deployment.spec, replicas: 7 },
        status: { ...deployment.status, replicas: 7 },
      };
    };
    const where = {
      verb: 'patch',
      kind: DEPLOYMENT,
      namespace: 'default',
      name: 'web',
      change: both,
    } as const;
    done(world.run({ ...where, subresource: 'status' }));
    expect(stored<Deployment>(world, DEPLOYMENT, 'web')).toMatchObject({
      spec: { replicas: 1 },
      status: { replicas: 7 },
    });
    const cleared = (it: KubeObject): KubeObject => ({ ...both(it), status: {} }) as KubeObject;
    done(world.run({ ...where, change: cleared }));
    expect(stored<Deployment>(world, DEPLOYMENT, 'web')).toMatchObject({
      spec: { replicas: 7 },
      status: { replicas: 7 },
    });
  });

  test('an invalid update is refused and writes nothing', () => {
    const world = cluster();
    create(world, newDeployment('web'), DEPLOYMENT);
    const change = (it: KubeObject): KubeObject =>
      ({ ...it, spec: { ...(it as Deployment).spec, replicas: -1 } }) as KubeObject;
    world.events.length = 0;
    expect(
      refusal(world.run({ verb: 'patch', kind: DEPLOYMENT, namespace: 'default', name: 'web', change })),
    ).toBe(
      '422 Invalid: Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
    expect(world.events).toEqual([]);
  });
});

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
      `409 Conflict: Operation cannot be fulfilled on configmaps "c": Precondition failed: UID in precondition: other, UID in object meta: ${uid}`,
    );
    expect(refusal(remove(world, CONFIG_MAP, 'c', { preconditions: { resourceVersion: '0' } }))).toBe(
      `409 Conflict: Operation cannot be fulfilled on configmaps "c": Precondition failed: ResourceVersion in precondition: 0, ResourceVersion in object meta: ${resourceVersion}`,
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

test('the same requests with the same draws give the same records', () => {
  const records = [1, 2].map(() => {
    const world = cluster();
    create(world, newObject(NODE, { name: 'node-1' }), NODE);
    create(world, newDeployment('web'), DEPLOYMENT);
    for (let n = 0; n < 5; n += 1) create(world, newPod({ generateName: 'web-' }), POD);
    const template = newDeployment('rs') as unknown as Deployment;
    const { selector, template: of } = template.spec;
    create(
      world,
      newObject(REPLICA_SET, { name: 'rs', namespace: 'default' }, { spec: { selector, template: of } }),
      REPLICA_SET,
    );
    remove(world, DEPLOYMENT, 'web', { propagationPolicy: 'Foreground' });
    return JSON.stringify(world.events);
  });
  expect(records[0]).toBe(records[1]);
});
