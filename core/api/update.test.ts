import { describe, expect, test } from 'vitest';
import { CONFIG_MAP, DEPLOYMENT } from '../kinds/registry.ts';
import type { Deployment } from '../schema/types.generated.ts';
import type { Command } from './command.ts';
import type { KubeObject } from './object.ts';
import { cluster, create, done, newConfigMap, newDeployment, refusal, stored } from './testing/cluster.ts';

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
