import { describe, expect, it } from 'vitest';
import type { Node, Pod, PodDisruptionBudget } from '../../core/schema/types.generated.ts';
import { HOUR, MINUTE, rfc3339 } from '../../core/time.ts';
import { nextBackoff } from './cluster-backoff.ts';
import { blockReason } from './cluster-drainability.ts';
import type { ScaleDownOptions } from './cluster-options.ts';
import { findUnneeded } from './cluster-scale-down.ts';
import { Outcome } from './cluster-scan.ts';
import { ClusterTrial } from './cluster-trial.ts';
import { budgetOf, modelOf, NOW, nodeOf, OPTIONS, type PodLike, podOf } from './testing/cluster-fixture.ts';

const EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';

describe('pods that keep a node', () => {
  const emptyDir = { spec: { volumes: [{ name: 'data', emptyDir: {} }] } };
  it.each<[string, Omit<PodLike, 'name'>, Partial<ScaleDownOptions>, boolean, string | undefined]>([
    ['of a ReplicaSet', {}, {}, false, undefined],
    ['of nobody', { controller: null }, {}, false, 'is not replicated'],
    ['of an operator', { controller: 'Database' }, {}, false, 'is not replicated'],
    [
      'of an operator, if told so',
      { controller: 'Database' },
      { skipCustomControllers: false },
      false,
      undefined,
    ],
    [
      'of kube-system',
      { namespace: 'kube-system' },
      {},
      false,
      'is a system pod without a disruption budget',
    ],
    ['of kube-system with a budget', { namespace: 'kube-system' }, {}, true, undefined],
    ['of kube-system, if told so', { namespace: 'kube-system' }, { skipSystemPods: false }, false, undefined],
    ['with an emptyDir', emptyDir, {}, false, 'has local storage'],
    ['with an emptyDir, if told so', emptyDir, { skipLocalStorage: false }, false, undefined],
    [
      'with an emptyDir in memory',
      { spec: { volumes: [{ name: 'm', emptyDir: { medium: 'Memory' } }] } },
      {},
      false,
      undefined,
    ],
    [
      'with a hostPath',
      { spec: { volumes: [{ name: 'h', hostPath: { path: '/x' } }] } },
      {},
      false,
      'has local storage',
    ],
    [
      'whose volume may go',
      {
        ...emptyDir,
        annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes': 'data' },
      },
      {},
      false,
      undefined,
    ],
    [
      'that is not safe to evict',
      { annotations: { [EVICT]: 'false' } },
      {},
      false,
      'is annotated as not safe to evict',
    ],
    [
      'that is safe to evict, whatever else',
      { ...emptyDir, controller: null, annotations: { [EVICT]: 'true' } },
      {},
      false,
      undefined,
    ],
  ])('%s', (_name, like, options, hasBudget, reason) => {
    const pod = podOf({ ...like, name: 'p' });
    expect(blockReason(pod, { ...OPTIONS.scaleDown, ...options }, hasBudget)).toBe(reason);
  });
});

describe('nodes that nobody needs', () => {
  type Objects = readonly (Node | Pod | PodDisruptionBudget)[];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => nodeOf({ name })) as [Node, Node, Node];
  const on = (node: string, name: string, like: Omit<PodLike, 'name' | 'node'> = {}): Pod =>
    podOf({ ...like, name, node });
  const going = (node: string, due: number): Pod => {
    const pod = on(node, 'going', { cpu: '3' });
    return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: rfc3339(due) } };
  };
  const look = (objects: Objects, leaving: readonly string[] = []) => {
    const model = modelOf(...objects);
    const trial = new ClusterTrial(model.cache);
    const candidates = [...model.nodes.keys()].filter((name) => !leaving.includes(name));
    const view = findUnneeded(
      OPTIONS,
      model,
      trial,
      candidates,
      () => false,
      new Set(leaving),
      new Outcome(NOW),
    );
    trial.undo();
    return {
      unneeded: view.unneeded.map(({ name, pods }) =>
        [name, ...pods.map(({ metadata }) => metadata.name)].join(' '),
      ),
      kept: view.kept.map(({ name, reason }) => `${name}: ${reason}`),
      places: model.cache.nodes.map((node) =>
        [...node.pods.values()]
          .map(({ pod }) => pod.metadata.name)
          .sort()
          .join(),
      ),
    };
  };

  it.each<[string, Objects, readonly string[], readonly string[]]>([
    ['an empty one', [a, b, on('a', 'p', { cpu: '3' })], ['b'], []],
    ['one whose pod has another place', [a, b, on('a', 'p', { cpu: '3' }), on('b', 'q')], ['b q'], []],
    [
      'not one whose pod has none',
      [a, b, on('a', 'p', { cpu: '3500m' }), on('b', 'q')],
      [],
      ['b: pod default/q has no other place to go'],
    ],
    ['not one that is used by half', [a, b, on('a', 'p', { cpu: '2' }), on('b', 'q', { cpu: '2' })], [], []],
    [
      'not one whose memory is used by half',
      [a, b, on('a', 'p', { memory: '8Gi' }), on('b', 'q', { memory: '8Gi' })],
      [],
      [],
    ],
    [
      'as many as find a place together, and no more',
      [
        a,
        b,
        c,
        on('a', 'p', { cpu: '1900m' }),
        on('b', 'q', { cpu: '1900m' }),
        on('c', 'r', { cpu: '1900m' }),
      ],
      ['a p'],
      ['b: pod default/q has no other place to go', 'c: pod default/r has no other place to go'],
    ],
    [
      'not against a budget',
      [a, b, on('a', 'p', { cpu: '3' }), on('b', 'q'), budgetOf('web', 0)],
      [],
      ['b: pod default/q has a disruption budget that allows no disruption'],
    ],
    [
      'what a budget allows is spent by the first',
      [
        a,
        b,
        c,
        on('a', 'p', { cpu: '3' }),
        on('b', 'q', { cpu: '500m' }),
        on('c', 'r', { cpu: '400m' }),
        budgetOf('web', 1),
      ],
      ['c r'],
      ['b: pod default/q has a disruption budget that allows no disruption'],
    ],
    [
      'not for a pod that is kept',
      [a, b, on('b', 'q', { controller: null })],
      ['a'],
      ['b: pod default/q is not replicated'],
    ],
    [
      'pods of a DaemonSet go with it',
      [a, b, on('a', 'p', { cpu: '3' }), on('b', 'q', { controller: 'DaemonSet' })],
      ['b'],
      [],
    ],
    [
      'not where it is annotated',
      [
        nodeOf({
          name: 'a',
          annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' },
        }),
        b,
        on('b', 'p', { cpu: '3' }),
      ],
      [],
      [],
    ],
    [
      'a pod that should long have ended counts for nothing',
      [a, b, on('a', 'p', { cpu: '3' }), going('b', NOW - MINUTE)],
      ['b'],
      [],
    ],
    ['one that is still to end counts', [a, b, on('a', 'p', { cpu: '3' }), going('b', NOW - 1)], [], []],
    [
      'pods with a rule among themselves',
      [
        a,
        b,
        ...['a', 'b'].map((node) =>
          on(node, `p${node}`, {
            spec: {
              affinity: {
                podAntiAffinity: {
                  requiredDuringSchedulingIgnoredDuringExecution: [
                    { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
                  ],
                },
              },
            },
          }),
        ),
      ],
      [],
      ['a: pod default/pa has no other place to go', 'b: pod default/pb has no other place to go'],
    ],
  ])('%s', (_name, objects, unneeded, kept) => {
    const found = look(objects);
    expect([found.unneeded, found.kept]).toEqual([unneeded, kept]);
    // All that was tried has been taken back.
    expect(found.places).toEqual(look(objects).places);
  });

  it('what is leaving already takes its place first', () => {
    const objects = [
      a,
      b,
      c,
      on('a', 'p', { cpu: '1900m' }),
      on('b', 'q', { cpu: '1900m' }),
      on('c', 'r', { cpu: '1900m' }),
    ];
    expect(look(objects, ['a']).unneeded).toEqual([]);
  });
});

describe('back-off', () => {
  const [first, most] = [5 * MINUTE, 30 * MINUTE];
  it('doubles up to its bound, begins anew after three hours, and counts one attempt once', () => {
    let known = nextBackoff(undefined, first, most, NOW);
    const durations = [known.duration];
    for (let i = 0; i < 4; i += 1) {
      known = nextBackoff(known, first, most, known.until + MINUTE);
      durations.push(known.duration);
    }
    expect(durations.map((duration) => duration / MINUTE)).toEqual([5, 10, 20, 30, 30]);
    expect(nextBackoff(known, first, most, known.failedAt + MINUTE).duration).toBe(30 * MINUTE);
    expect(nextBackoff(known, first, most, known.failedAt + 3 * HOUR).duration).toBe(5 * MINUTE);
  });
});
