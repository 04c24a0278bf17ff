import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../../core/time.ts';
import { BIND_COMPLETED, SELECTED_NODE } from '../../../storage/annotations.ts';
import {
  Bench,
  claim,
  claiming,
  inZone,
  pod,
  START,
  storageClass,
  TWO,
  unavailable,
  volume,
} from './testing/volume-bench.ts';

describe('volumes that wait for their pod', () => {
  it('are made for the node that was chosen, and the pod is bound when they are', () => {
    const bench = new Bench();
    const waiting = claim('c', { storageClassName: 'zonal' });
    bench.add(...TWO, storageClass('zonal'), waiting, pod('p', claiming('c')));
    const decision = bench.scheduler.next(bench.now);
    expect(decision?.requests.map(({ verb }) => verb)).toEqual(['update']);
    expect(bench.scheduler.bound('uid-p', { ok: true, object: waiting, rv: 2 }, bench.now)).toEqual([]);
    const selected = claim(
      'c',
      { storageClassName: 'zonal' },
      { resourceVersion: '2', annotations: { [SELECTED_NODE]: 'a' } },
    );
    bench.observe('MODIFIED', selected, waiting);
    bench.now += 3.4 * SECOND;
    expect(bench.scheduler.followUps(bench.now)).toEqual([]);
    const annotations = { [SELECTED_NODE]: 'a', [BIND_COMPLETED]: 'yes' };
    bench.add(volume('v', inZone('x'), {}, 'Bound'));
    bench.observe(
      'MODIFIED',
      claim('c', { volumeName: 'v' }, { resourceVersion: '3', annotations }),
      selected,
    );
    // It is looked at every second.
    expect(bench.scheduler.nextWake(bench.now)).toBe(START + 4 * SECOND);
    bench.now = START + 4 * SECOND;
    expect(
      bench.scheduler.followUps(bench.now).map(({ podUid, requests }) => [podUid, requests[0]?.verb]),
    ).toEqual([['uid-p', 'bind']]);
  });

  it.each([
    ['the provisioner took the node back', 2, 'provisioning failed for PVC "c"'],
    ['nothing came of it', 600, 'context deadline exceeded'],
  ])('send the pod back where %s', (_why, seconds, text) => {
    const bench = new Bench();
    const waiting = claim('c', { storageClassName: 'zonal' });
    bench.add(...TWO, storageClass('zonal'), waiting, pod('p', claiming('c')));
    bench.scheduler.next(bench.now);
    bench.scheduler.bound('uid-p', { ok: true, object: waiting, rv: 2 }, bench.now);
    if (seconds < 600) {
      bench.observe('MODIFIED', claim('c', { storageClassName: 'zonal' }, { resourceVersion: '3' }), waiting);
    }
    bench.now += seconds * SECOND;
    const [failed] = bench.scheduler.followUps(bench.now);
    const event = failed?.requests.find((request) => request.verb === 'event');
    expect(event).toMatchObject({
      reason: 'FailedScheduling',
      message: `running PreBind plugin "VolumeBinding": binding volumes: ${text}`,
    });
    expect(bench.scheduler.pending().backoff).toBe(1);
  });

  it('give a volume that exists to one of two pods only', () => {
    const bench = new Bench();
    const local = { storageClassName: 'local' };
    bench.add(
      ...TWO,
      storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
      volume('v', local),
      claim('c', local),
      claim('d', local),
      pod('p', claiming('c')),
      pod('q', claiming('d')),
    );
    expect(bench.next()).toBe('a');
    expect(bench.next()).toBe(unavailable("2 node(s) didn't find available persistent volumes to bind"));
  });

  it('give everything back when the pod is deleted meanwhile', () => {
    const bench = new Bench();
    const waiting = claim('c', { storageClassName: 'zonal' });
    const first = pod('p', claiming('c'));
    bench.add(...TWO, storageClass('zonal'), waiting, first);
    bench.scheduler.next(bench.now);
    bench.scheduler.bound('uid-p', { ok: true, object: waiting, rv: 2 }, bench.now);
    bench.observe('DELETED', first);
    expect(bench.scheduler.followUps(bench.now + 700 * SECOND)).toEqual([]);
    expect(bench.scheduler.nextWake(bench.now)).toBeUndefined();
  });
});
