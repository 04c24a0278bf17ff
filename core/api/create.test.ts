import { describe, expect, test } from 'vitest';
import { randomStream } from '../../sim/random/keyed.ts';
import { DEPLOYMENT, NODE, POD, REPLICA_SET } from '../kinds/registry.ts';
import type { Deployment, Pod } from '../schema/types.generated.ts';
import type { Draw } from './identity.ts';
import {
  cluster,
  create,
  done,
  newDeployment,
  newObject,
  newPod,
  POD_SPEC,
  refusal,
  remove,
} from './testing/cluster.ts';

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
