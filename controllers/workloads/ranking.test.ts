import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../core/schema/types.generated.ts';
import { DEFAULT_START, HOUR, MINUTE, rfc3339, SECOND } from '../../core/time.ts';
import { podsToDelete } from './ranking.ts';

const NOW = DEFAULT_START + HOUR;

interface Traits {
  readonly node?: string;
  readonly phase?: 'Pending' | 'Running' | 'Unknown';
  readonly readyFor?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly age?: number;
  readonly uid?: string;
}

function podOf(name: string, traits: Traits): Pod {
  const {
    node = 'a',
    phase = 'Running',
    readyFor,
    cost,
    restarts = 0,
    age = 30 * MINUTE,
    uid = name,
  } = traits;
  const ready =
    readyFor === undefined
      ? []
      : [{ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(NOW - readyFor) }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid,
      resourceVersion: '1',
      creationTimestamp: rfc3339(NOW - age),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase,
      conditions: ready,
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }],
    },
  };
}

const NOBODY: ReadonlyMap<string, number> = new Map();

/** The pod that goes first, the one that stays, and how crowded nodes are. */
interface Rule {
  readonly rule: string;
  readonly goes: Traits;
  readonly stays: Traits;
  readonly crowds?: ReadonlyMap<string, number>;
}

const rules: readonly Rule[] = [
  { rule: 'unassigned before assigned', goes: { node: '', readyFor: HOUR }, stays: { phase: 'Pending' } },
  { rule: 'pending before unknown', goes: { phase: 'Pending' }, stays: { phase: 'Unknown' } },
  { rule: 'unknown before running', goes: { phase: 'Unknown' }, stays: { phase: 'Running' } },
  { rule: 'not ready before ready', goes: {}, stays: { readyFor: SECOND } },
  { rule: 'the cheaper', goes: { readyFor: HOUR, cost: '-1' }, stays: { readyFor: SECOND } },
  {
    rule: 'a cost that is no integer counts as 0',
    goes: { readyFor: MINUTE, cost: '+9' },
    stays: { readyFor: MINUTE, cost: '1' },
  },
  {
    rule: 'a cost past an int32 counts as 0',
    goes: { readyFor: MINUTE, cost: '3000000000' },
    stays: { readyFor: MINUTE, cost: '1' },
  },
  {
    rule: 'of pods that share a node the more crowded',
    goes: { node: 'b', readyFor: HOUR },
    stays: { node: 'a', readyFor: SECOND },
    crowds: new Map([['b', 2]]),
  },
  { rule: 'the one ready for less long', goes: { readyFor: SECOND }, stays: { readyFor: MINUTE } },
  {
    rule: '… by powers of two alone',
    goes: { readyFor: 70 * SECOND, uid: 'a' },
    stays: { readyFor: 80 * SECOND, uid: 'b' },
  },
  {
    rule: '… so the older may go',
    goes: { readyFor: 80 * SECOND, uid: 'a' },
    stays: { readyFor: 70 * SECOND, uid: 'b' },
  },
  {
    rule: 'the one that restarted more',
    goes: { readyFor: MINUTE, restarts: 3 },
    stays: { readyFor: MINUTE, restarts: 1 },
  },
  { rule: 'the newer', goes: { age: MINUTE }, stays: { age: 20 * MINUTE } },
];

describe('which pod goes first', () => {
  test.each(rules)('$rule', ({ goes, stays, crowds = NOBODY }) => {
    const first = podOf('x', goes);
    const second = podOf('y', stays);
    expect(podsToDelete([first, second], 1, crowds, NOW)).toEqual([first]);
    expect(podsToDelete([second, first], 1, crowds, NOW)).toEqual([first]);
  });

  test('a restarted sidecar counts where the containers tie', () => {
    const sidecar = (name: string, restarts: number): Pod => {
      const pod = podOf(name, { readyFor: MINUTE });
      return {
        ...pod,
        spec: { ...pod.spec, initContainers: [{ name: 's', restartPolicy: 'Always' }] },
        status: {
          ...pod.status,
          initContainerStatuses: [{ name: 's', image: '', imageID: '', ready: true, restartCount: restarts }],
        },
      };
    };
    const [a, b] = [sidecar('a', 1), sidecar('b', 2)];
    expect(podsToDelete([a, b], 1, NOBODY, NOW)).toEqual([b]);
  });

  const traits = fc.record({
    node: fc.constantFrom('', 'a', 'b'),
    phase: fc.constantFrom('Pending' as const, 'Running' as const, 'Unknown' as const),
    readyFor: fc.constantFrom(undefined, 0, SECOND, MINUTE, 2 * MINUTE),
    cost: fc.constantFrom(undefined, '0', '5'),
    restarts: fc.integer({ min: 0, max: 2 }),
    age: fc.constantFrom(0, MINUTE, 3 * MINUTE),
  });

  test('the choice does not depend on the order of the list', () => {
    fc.assert(
      fc.property(
        fc.array(traits, { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer(),
        (all, count, salt) => {
          const pods = all.map((each, i) =>
            podOf(`p${i}`, { ...each, ...(each.readyFor === undefined ? {} : {}) } as Traits),
          );
          const shuffled = pods.toSorted((a, b) => {
            const [x, y] = [a, b].map(
              ({ metadata }) => Math.imul(metadata.name.charCodeAt(1) + salt, 0x9e3779b1) >>> 0,
            );
            return (x as number) - (y as number);
          });
          const names = (chosen: readonly Pod[]): readonly string[] =>
            chosen.map(({ metadata }) => metadata.name).sort();
          const crowds = new Map([['a', 2]]);
          expect(names(podsToDelete(shuffled, count, crowds, NOW))).toEqual(
            names(podsToDelete(pods, count, crowds, NOW)),
          );
        },
      ),
    );
  });
});
