import { expect, test } from 'vitest';
import type { KubeObject } from '../../core/api/object.ts';
import { kindOfResource } from '../../core/kinds/custom/lookup.ts';
import { POD } from '../../core/kinds/registry.ts';
import { FrozenWorld } from '../testing/frozen-world.ts';
import { expectedPods } from './expected-pods.ts';

/** A pod of a custom object that wants five, with the definition's subresources. */
function worldWith(subresources: object): FrozenWorld {
  const world = new FrozenWorld([]);
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  world.create({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'crews.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'crews', kind: 'Crew' },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources }],
    },
  } as never);
  const kind = kindOfResource(world.server.state, 'crews.example.com');
  if (kind === undefined) throw new Error('the definition makes a kind');
  const object = {
    apiVersion: 'example.com/v1',
    kind: 'Crew',
    metadata: { name: 'one', namespace: 'default' },
    spec: { size: 5 },
  };
  world.request({ verb: 'create', kind, object });
  const { uid } = (world.server.state.get(kind, 'default', 'one') as KubeObject).metadata;
  const owner = { apiVersion: 'example.com/v1', kind: 'Crew', name: 'one', uid, controller: true };
  world.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'hand', namespace: 'default', ownerReferences: [owner] },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  } as never);
  return world;
}

const SCALE = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };

test('a custom kind says how many where its definition has a scale', () => {
  const { state } = worldWith({ scale: SCALE }).server;
  expect(expectedPods(state, state.list(POD))).toEqual({ ok: true, count: 5, unmanaged: [] });
});

test('and is no help without one', () => {
  const { state } = worldWith({}).server;
  expect(expectedPods(state, state.list(POD))).toEqual({
    ok: false,
    error: 'crews.example.com does not implement the scale subresource',
  });
});
