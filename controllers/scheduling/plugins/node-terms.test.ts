import { describe, expect, it } from 'vitest';
import type { Node, NodeSelectorTerm, Taint, Toleration } from '../../../core/schema/types.generated.ts';
import { untoleratedTaint } from '../taints.ts';
import { nodeTermTest } from './node-affinity.ts';

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'n1',
    uid: 'n1',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { zone: 'a', cores: '8', word: 'x1', empty: '' },
  },
  spec: {},
  status: {},
};

type Operator = NonNullable<NodeSelectorTerm['matchExpressions']>[number]['operator'];

// https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#operators
describe('an expression of node affinity', () => {
  it.each<[string, Operator, string[], boolean]>([
    ['zone', 'In', ['a'], true],
    ['zone', 'In', ['b', 'a'], true],
    ['zone', 'In', ['b'], false],
    ['absent', 'In', ['a'], false],
    ['empty', 'In', [''], true],
    ['zone', 'NotIn', ['b'], true],
    ['zone', 'NotIn', ['a', 'b'], false],
    ['absent', 'NotIn', ['a'], true],
    ['zone', 'Exists', [], true],
    ['empty', 'Exists', [], true],
    ['absent', 'Exists', [], false],
    ['zone', 'DoesNotExist', [], false],
    ['absent', 'DoesNotExist', [], true],
    ['cores', 'Gt', ['7'], true],
    ['cores', 'Gt', ['8'], false],
    ['cores', 'Gt', ['-1'], true],
    ['cores', 'Lt', ['9'], true],
    ['cores', 'Lt', ['8'], false],
    ['word', 'Gt', ['0'], false],
    ['word', 'Lt', ['9'], false],
    ['absent', 'Gt', ['0'], false],
    ['absent', 'Lt', ['0'], false],
  ])('%s %s %j: %s', (key, operator, values, matches) => {
    expect(nodeTermTest({ matchExpressions: [{ key, operator, values }] })(node)).toBe(matches);
  });

  it.each<[Operator, string[], boolean]>([
    ['In', ['n1'], true],
    ['In', ['n2'], false],
    ['NotIn', ['n1'], false],
    ['NotIn', ['n2'], true],
  ])('metadata.name %s %j: %s', (operator, values, matches) => {
    expect(nodeTermTest({ matchFields: [{ key: 'metadata.name', operator, values }] })(node)).toBe(matches);
  });

  it('holds only with all the others of its term', () => {
    const inZone = { key: 'zone', operator: 'In' as const, values: ['a'] };
    const fields = [{ key: 'metadata.name', operator: 'In' as const, values: ['n2'] }];
    expect(nodeTermTest({ matchExpressions: [inZone] })(node)).toBe(true);
    expect(nodeTermTest({ matchExpressions: [inZone], matchFields: fields })(node)).toBe(false);
  });
});

const taint = (effect: Taint['effect'], value = 'v'): Taint => ({ key: 'k', value, effect });

// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
describe('a taint that keeps pods away', () => {
  it.each<[string, Taint, Toleration[], boolean]>([
    ['without tolerations', taint('NoSchedule'), [], true],
    ['NoExecute too', taint('NoExecute'), [], true],
    ['PreferNoSchedule never', taint('PreferNoSchedule'), [], false],
    ['same key and value', taint('NoSchedule'), [{ key: 'k', operator: 'Equal', value: 'v' }], false],
    ['Equal is the default', taint('NoSchedule'), [{ key: 'k', value: 'v' }], false],
    ['another value', taint('NoSchedule'), [{ key: 'k', operator: 'Equal', value: 'w' }], true],
    ['another key', taint('NoSchedule'), [{ key: 'j', operator: 'Equal', value: 'v' }], true],
    ['Exists takes any value', taint('NoSchedule'), [{ key: 'k', operator: 'Exists' }], false],
    ['Exists with another key', taint('NoSchedule'), [{ key: 'j', operator: 'Exists' }], true],
    ['no key and Exists is everything', taint('NoExecute'), [{ operator: 'Exists' }], false],
    ['the effect', taint('NoSchedule'), [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }], false],
    ['another effect', taint('NoSchedule'), [{ key: 'k', operator: 'Exists', effect: 'NoExecute' }], true],
    ['empty values', taint('NoSchedule', ''), [{ key: 'k', operator: 'Equal', value: '' }], false],
    [
      'the second toleration',
      taint('NoSchedule'),
      [{ key: 'j', operator: 'Exists' }, { operator: 'Exists' }],
      false,
    ],
  ])('%s', (_name, one, tolerations, keepsAway) => {
    expect(untoleratedTaint([one], tolerations) !== undefined).toBe(keepsAway);
  });
});
