import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod, ReplicaSet } from '../../core/schema/types.generated.ts';
import { fullTally, tallyOf } from './tally.ts';

const LABELS = { app: 'web', tier: 'front' };

const REPLICA_SET = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', namespace: 'default', uid: 'r', resourceVersion: '1', creationTimestamp: '' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: LABELS }, spec: { containers: [{ name: 'c' }] } },
  },
  status: { replicas: 0 },
} as unknown as ReplicaSet;

const pod: fc.Arbitrary<Pod> = fc
  .record({
    labels: fc.constantFrom(undefined, {}, { app: 'web' }, LABELS, { app: 'other' }),
    phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed'),
    ready: fc.constantFrom('True', 'False'),
    deleted: fc.boolean(),
  })
  .map(({ labels, phase, ready, deleted }): Pod => {
    const metadata = {
      name: 'p',
      namespace: 'default',
      uid: 'p',
      resourceVersion: '1',
      creationTimestamp: '',
      labels,
      deletionTimestamp: deleted ? '2026-01-01T00:00:00Z' : undefined,
    };
    const status = { phase, conditions: [{ type: 'Ready', status: ready }] };
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] }, status } as unknown as Pod;
  });

/** Lists of pods as a ReplicaSet meets them: some pods are others, some come or go. */
const lists = fc
  .tuple(
    fc.array(pod, { maxLength: 6 }),
    fc.array(fc.tuple(fc.nat(6), pod, fc.constantFrom('replace', 'add', 'remove', 'keep')), { maxLength: 8 }),
  )
  .map(([first, changes]) => {
    const all = [first];
    let current = first;
    for (const [place, next, change] of changes) {
      if (change === 'replace' && place < current.length) current = current.with(place, next);
      else if (change === 'add') current = [...current, next];
      else if (change === 'remove') current = current.toSpliced(place, 1);
      all.push(current);
    }
    return all;
  });

test('what is remembered of pods that stayed the same comes to what one pass over all pods does', () => {
  fc.assert(
    fc.property(lists, (all) => {
      // A spec of its own for each run: it is what the memory goes by.
      const replicaSet = { ...REPLICA_SET, spec: { ...REPLICA_SET.spec } };
      for (const owned of all) {
        expect(tallyOf(replicaSet, owned, [], 0)).toEqual(fullTally(replicaSet, owned, [], 0));
      }
    }),
    { numRuns: 300 },
  );
});
