import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../core/log/record.ts';
import { SECOND } from '../../core/time.ts';
import { TestCluster, type TestObject } from '../scenario/testing/test-cluster.ts';
import { changeText, fieldChanges } from './fields.ts';
import { firstDivergence } from './histories.ts';
import { diffStates } from './states.ts';

function owned(kind: string, name: string, owner: TestObject | undefined, rest: object = {}): TestObject {
  const reference = owner && {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
  };
  return {
    apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
    kind,
    metadata: {
      name,
      namespace: 'default',
      uid: `${kind}/${name}`,
      ...(reference === undefined ? {} : { ownerReferences: [reference] }),
    },
    ...rest,
  };
}

/** A Deployment with a ReplicaSet of some hash, and pods with some suffixes. */
function cluster(hash: string, suffixes: readonly string[], replicas = 2): TestCluster {
  const result = new TestCluster();
  const deployment = owned('Deployment', 'web', undefined, { spec: { replicas } });
  const set = owned('ReplicaSet', `web-${hash}`, deployment, { spec: { replicas } });
  for (const object of [deployment, set]) result.put(object, SECOND);
  for (const suffix of suffixes) {
    result.put(owned('Pod', `web-${hash}-${suffix}`, set, { spec: { nodeName: 'node-1' } }), SECOND);
  }
  return result;
}

describe('the difference of two states', () => {
  test('is nothing where generated names alone differ', () => {
    const difference = diffStates(cluster('aa', ['x', 'y']).state, cluster('bb', ['p', 'q']).state);
    expect(difference).toEqual({ onlyLeft: [], onlyRight: [], changed: [], same: 4 });
  });

  test('names changed fields, and objects that have no counterpart', () => {
    const left = cluster('aa', ['x', 'y'], 2);
    const right = cluster('aa', ['x', 'y', 'z'], 3);
    const { onlyLeft, onlyRight, changed, same } = diffStates(left.state, right.state);
    expect(onlyLeft).toEqual([]);
    expect(onlyRight.map(({ key }) => key)).toEqual(['default/web-aa-z']);
    expect(changed.map(({ left: key, changes }) => [key, changes.map(changeText)])).toEqual([
      ['default/web', ['spec.replicas 2 → 3']],
      ['default/web-aa', ['spec.replicas 2 → 3']],
    ]);
    expect(same).toBe(2);
  });

  test('passes over identities and times unless asked', () => {
    const left = new TestCluster();
    const right = new TestCluster();
    const status = (lastTransitionTime: string) => ({ conditions: [{ type: 'Ready', lastTransitionTime }] });
    left.put(owned('Pod', 'a', undefined, { status: status('2026-01-01T00:00:01Z') }), SECOND);
    right.put(owned('Pod', 'a', undefined, { status: status('2026-01-01T00:00:02Z') }), SECOND);
    expect(diffStates(left.state, right.state).same).toBe(1);
    expect(diffStates(left.state, right.state, { times: true }).changed).toHaveLength(1);
  });
});

test('fields are told by path, entries of lists by what names them', () => {
  const from = { a: 1, list: [{ name: 'x', v: 1 }, { name: 'y' }], words: ['p'], gone: true };
  const to = { a: 2, list: [{ name: 'y' }, { name: 'x', v: 2 }], words: ['p', 'q'], 'odd/key': 'new' };
  expect(fieldChanges(from, to).map(changeText)).toEqual([
    'a 1 → 2',
    'gone removed (was true)',
    'list[x].v 1 → 2',
    'words ["p"] → ["p","q"]',
    "['odd/key'] set to new",
  ]);
});

describe('two histories', () => {
  const stimulus = (rv: number, op: string): LogRecord => ({
    type: 'stimulus',
    rv,
    t: rv * SECOND,
    cause: 0,
    actor: 'user',
    action: { op },
  });

  test('part at the first records that differ', () => {
    const left = [stimulus(1, 'a'), stimulus(2, 'b'), stimulus(3, 'c')];
    const right = [stimulus(1, 'a'), stimulus(2, 'x'), stimulus(3, 'c')];
    expect(firstDivergence(left, right)).toEqual({ common: 1, left: left[1], right: right[1] });
    expect(firstDivergence(left, left)).toBeUndefined();
  });

  test('part where one ends', () => {
    const left = [stimulus(1, 'a'), stimulus(2, 'b')];
    expect(firstDivergence(left, left.slice(0, 1))).toEqual({ common: 1, left: left[1], right: undefined });
  });

  test('may begin with different scenarios', () => {
    const left = [stimulus(1, 'a'), stimulus(2, 'b')];
    const right = [stimulus(1, 'x'), stimulus(2, 'b')];
    expect(firstDivergence(left, right, { skipScenario: true })).toBeUndefined();
  });
});
