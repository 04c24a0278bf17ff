import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../core/time.ts';
import { averageValueReplicas, utilizationReplicas } from './replica-calculator.ts';
import { calculation, type PodLike, podOf, samplesOf } from './testing/pods.ts';

const READY: PodLike = { ready: true };
/** Unready since shortly after its start, which is long past: never ready. */
const UNREADY: PodLike = { ready: false };
/** Ready, but for less than a window of measuring, within the five minutes after its start. */
const HOT: PodLike = { ready: true, age: 20 * SECOND, turned: 10 * SECOND };
const FAILED: PodLike = { phase: 'Failed', ready: false };
const DELETING: PodLike = { ready: true, deleting: true };
const PENDING: PodLike = { phase: 'Pending' };

interface Row {
  readonly title: string;
  readonly pods: readonly PodLike[];
  readonly current: number;
  readonly samples: readonly (number | undefined)[];
  readonly target: number;
  readonly replicas: number;
  readonly utilization: number;
  /** The mean, in thousandths. */
  readonly average: number;
}

/** Facts of pkg/controller/podautoscaler/replica_calculator_test.go: percent of requests of 1 CPU. */
const UTILIZATION: readonly Row[] = [
  {
    title: 'up: everything is ready',
    pods: [READY, READY, READY],
    current: 3,
    samples: [300, 500, 700],
    target: 30,
    replicas: 5,
    utilization: 50,
    average: 500,
  },
  {
    title: 'up by less where one is not ready: it counts as idle',
    pods: [UNREADY, READY, READY],
    current: 3,
    samples: [300, 500, 700],
    target: 30,
    replicas: 4,
    utilization: 60,
    average: 600,
  },
  {
    title: 'up by less where one has only just become ready',
    pods: [HOT, READY, READY],
    current: 3,
    samples: [300, 500, 700],
    target: 30,
    replicas: 4,
    utilization: 60,
    average: 600,
  },
  {
    title: 'not up where the unready ones would turn the direction',
    pods: [READY, UNREADY, UNREADY],
    current: 3,
    samples: [400, 500, 700],
    target: 30,
    replicas: 3,
    utilization: 40,
    average: 400,
  },
  {
    title: 'up without what has failed',
    pods: [READY, READY, FAILED, FAILED],
    current: 2,
    samples: [500, 700],
    target: 30,
    replicas: 4,
    utilization: 60,
    average: 600,
  },
  {
    title: 'up without what is being deleted, though it is measured',
    pods: [READY, READY, DELETING, DELETING],
    current: 2,
    samples: [500, 700, 900, 900],
    target: 30,
    replicas: 4,
    utilization: 60,
    average: 600,
  },
  {
    title: 'up by less for what is pending',
    pods: [READY, READY, PENDING],
    current: 3,
    samples: [500, 700],
    target: 30,
    replicas: 4,
    utilization: 60,
    average: 600,
  },
  {
    title: 'down: everything is ready',
    pods: [READY, READY, READY, READY, READY],
    current: 5,
    samples: [100, 300, 500, 250, 250],
    target: 50,
    replicas: 3,
    utilization: 28,
    average: 280,
  },
  {
    title: 'down without the unready ones: they count for nothing',
    pods: [READY, READY, READY, UNREADY, UNREADY],
    current: 5,
    samples: [100, 300, 500, 250, 250],
    target: 50,
    replicas: 2,
    utilization: 30,
    average: 300,
  },
  {
    title: 'down without those that have only just become ready',
    pods: [READY, READY, READY, HOT, HOT],
    current: 5,
    samples: [100, 300, 500, 250, 250],
    target: 50,
    replicas: 2,
    utilization: 30,
    average: 300,
  },
  {
    title: 'down without what has failed',
    pods: [READY, READY, READY, READY, READY, FAILED, FAILED],
    current: 5,
    samples: [100, 300, 500, 250, 250],
    target: 50,
    replicas: 3,
    utilization: 28,
    average: 280,
  },
  {
    title: 'within the tolerance of a tenth',
    pods: [
      { ready: true, requests: [900] },
      { ready: true, requests: [1000] },
      { ready: true, requests: [1100] },
    ],
    current: 3,
    samples: [1010, 1030, 1020],
    target: 100,
    replicas: 3,
    utilization: 102,
    average: 1020,
  },
  {
    title: 'samples of pods that are none of the target’s',
    pods: [READY, READY, READY, READY],
    current: 4,
    samples: [4000, 9500, 3000, 7000, 3200, 2000],
    target: 100,
    replicas: 24,
    utilization: 587,
    average: 5875,
  },
  {
    title: 'down: pods without samples are taken to use all they requested',
    pods: [READY, READY, READY, READY],
    current: 4,
    samples: [400, 95],
    target: 100,
    replicas: 3,
    utilization: 24,
    average: 247,
  },
  {
    title: 'at the target: pods without samples change nothing',
    pods: [READY, READY],
    current: 2,
    samples: [1000],
    target: 100,
    replicas: 2,
    utilization: 100,
    average: 1000,
  },
  {
    title: 'above the target: an idle pod without a sample would turn the direction',
    pods: [READY, READY],
    current: 2,
    samples: [1900],
    target: 100,
    replicas: 2,
    utilization: 190,
    average: 1900,
  },
  {
    title: 'below the target: a busy pod without a sample keeps its place',
    pods: [READY, READY],
    current: 2,
    samples: [600],
    target: 100,
    replicas: 2,
    utilization: 60,
    average: 600,
  },
  {
    title: 'one unready and one without a sample: a busy one would turn the direction',
    pods: [UNREADY, READY, READY],
    current: 3,
    samples: [100, 450],
    target: 50,
    replicas: 3,
    utilization: 45,
    average: 450,
  },
  {
    title: 'one unready and one without a sample, both idle: up by less',
    pods: [UNREADY, READY, READY],
    current: 3,
    samples: [100, 2000],
    target: 50,
    replicas: 4,
    utilization: 200,
    average: 2000,
  },
  {
    title: 'the same for one that has only just become ready',
    pods: [HOT, READY, READY],
    current: 3,
    samples: [100, 2000],
    target: 50,
    replicas: 4,
    utilization: 200,
    average: 2000,
  },
  {
    title: 'one unready, left out, and one without a sample, busy: down',
    pods: [UNREADY, READY, READY, READY],
    current: 4,
    samples: [100, 100, 100],
    target: 50,
    replicas: 3,
    utilization: 10,
    average: 100,
  },
  {
    title: 'a rollout’s surge, without a sample yet, is no replica',
    pods: [READY, READY, READY],
    current: 2,
    samples: [100, 100],
    target: 50,
    replicas: 2,
    utilization: 10,
    average: 100,
  },
];

describe('utilisation', () => {
  test.each(UTILIZATION.map((row): [string, Row] => [row.title, row]))('%s', (_title, row) => {
    const pods = row.pods.map((like, index) => podOf(index, like));
    const proposal = utilizationReplicas(
      calculation(pods, row.current),
      samplesOf(row.samples),
      row.target,
      'cpu',
      undefined,
    );
    expect(proposal).toEqual({
      ok: true,
      replicas: row.replicas,
      utilization: row.utilization,
      average: BigInt(row.average),
    });
  });

  test('of a target above 100 %, pods without samples are taken to use it', () => {
    const pods = [0, 1].map((index) => podOf(index, READY));
    const proposal = utilizationReplicas(calculation(pods, 2), samplesOf([800]), 150, 'cpu', undefined);
    // (80 % + 150 %) / 2 = 115 %, over 150 % is 0.77, of two pods: 1.53.
    expect(proposal).toMatchObject({ replicas: 2 });
  });

  test('of one container', () => {
    const pods = [0, 1, 2].map((index) => podOf(index, { ready: true, requests: [1000, 1000] }));
    const proposal = utilizationReplicas(calculation(pods, 3), samplesOf([300, 500, 700]), 30, 'cpu', 'c1');
    expect(proposal).toEqual({ ok: true, replicas: 5, utilization: 50, average: 500n });
  });

  test.each([
    ['no pods', [], [100], 'no pods returned by selector while calculating replica count'],
    [
      'only unready pods',
      [UNREADY],
      [100],
      'did not receive metrics for targeted pods (pods might be unready)',
    ],
    [
      'a container without a request',
      [{ ready: true, requests: [100, null] }],
      [100],
      'missing request for cpu in container c1 of Pod pod-000',
    ],
    ['samples of others alone', [READY], [undefined, 100], 'no metrics returned matched known pods'],
  ] as const)('nothing from %s', (_title, pods, samples, message) => {
    const all = (pods as readonly PodLike[]).map((like, index) => podOf(index, like));
    const proposal = utilizationReplicas(calculation(all, 1), samplesOf(samples), 50, 'cpu', undefined);
    expect(proposal).toEqual({ ok: false, message });
  });
});

interface ValueRow extends Omit<Row, 'utilization'> {
  readonly isCpu?: boolean;
}

/** The same of a custom metric, in thousandths. */
const VALUES: readonly ValueRow[] = [
  {
    title: 'up',
    pods: [READY, READY, READY],
    current: 3,
    samples: [20_000, 10_000, 30_000],
    target: 15_000,
    replicas: 4,
    average: 20_000,
  },
  {
    title: 'up with what is not ready: only the CPU misleads',
    pods: [READY, UNREADY, HOT],
    current: 3,
    samples: [50_000, 10_000, 30_000],
    target: 15_000,
    replicas: 6,
    average: 30_000,
  },
  {
    title: 'a value of the CPU: one that is not ready counts as idle',
    pods: [READY, UNREADY, HOT],
    isCpu: true,
    current: 3,
    samples: [90_000, 10_000, 30_000],
    target: 15_000,
    replicas: 6,
    average: 90_000,
  },
  {
    title: 'down',
    pods: [READY, READY, READY, READY, READY],
    current: 5,
    samples: [12_000, 12_000, 12_000, 12_000, 12_000],
    target: 20_000,
    replicas: 3,
    average: 12_000,
  },
  {
    title: 'within the tolerance',
    pods: [READY, READY, READY],
    current: 3,
    samples: [20_000, 21_000, 21_000],
    target: 20_000,
    replicas: 3,
    average: 20_666,
  },
  {
    title: 'a rollout’s surge is no replica',
    pods: [READY, READY, READY],
    current: 2,
    samples: [10, 10],
    target: 17,
    replicas: 2,
    average: 10,
  },
  {
    title: 'exactly at the target, what has no value counts as idle, unlike for a utilisation',
    pods: [READY, READY, READY, READY],
    current: 4,
    samples: [100, 100, 100],
    target: 100,
    replicas: 3,
    average: 100,
  },
];

describe('values', () => {
  test.each(VALUES.map((row): [string, ValueRow] => [row.title, row]))('%s', (_title, row) => {
    const pods = row.pods.map((like, index) => podOf(index, like));
    const proposal = averageValueReplicas(
      calculation(pods, row.current),
      samplesOf(row.samples),
      BigInt(row.target),
      row.isCpu === true,
    );
    expect(proposal).toEqual({
      ok: true,
      replicas: row.replicas,
      utilization: undefined,
      average: BigInt(row.average),
    });
  });

  test('gigabytes of a thousand pods are summed exactly', () => {
    const pods = Array.from({ length: 1000 }, (_, index) => podOf(index, READY));
    const bytes = 8_589_934_592_001;
    const samples = samplesOf(pods.map(() => bytes * 1000));
    const proposal = averageValueReplicas(calculation(pods, 1000), samples, 1000n, false);
    expect(proposal).toMatchObject({ average: BigInt(bytes) * 1000n, replicas: 2_147_483_647 });
  });
});

/** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details */
describe('the documentation’s ratios', () => {
  const pods = [0, 1, 2, 3].map((index) => podOf(index, READY));
  const replicas = (average: number, target: number) =>
    averageValueReplicas(calculation(pods, 4), samplesOf(pods.map(() => average)), BigInt(target), true);

  test('200m where 100m is wanted doubles the replicas', () => {
    expect(replicas(200, 100)).toMatchObject({ replicas: 8 });
  });

  test('50m where 100m is wanted halves them', () => {
    expect(replicas(50, 100)).toMatchObject({ replicas: 2 });
  });

  test('a ratio within a tenth of 1 changes nothing, its bounds neither', () => {
    expect([89, 90, 110, 111].map((average) => replicas(average, 100))).toMatchObject([
      { replicas: 4 },
      { replicas: 4 },
      { replicas: 4 },
      { replicas: 5 },
    ]);
  });

  test('a sample counts once a whole window of it was measured as ready, in the first five minutes', () => {
    const young = (turned: number) => [podOf(0, { ready: true, age: 4 * MINUTE, turned })];
    const asked = (turned: number) =>
      averageValueReplicas(calculation(young(turned), 1), samplesOf([200]), 100n, true);
    expect(asked(15 * SECOND)).toMatchObject({ ok: true, replicas: 2 });
    expect(asked(14 * SECOND)).toMatchObject({ ok: false });
  });

  test('later, an unready pod counts again, unless it was never ready', () => {
    const old = (turned: number) => [podOf(0, { ready: false, age: 10 * MINUTE, turned })];
    const asked = (turned: number) =>
      averageValueReplicas(calculation(old(turned), 1), samplesOf([200]), 100n, true);
    expect(asked(10 * MINUTE - 29 * SECOND)).toMatchObject({ ok: false });
    expect(asked(10 * MINUTE - 30 * SECOND)).toMatchObject({ ok: true, replicas: 2 });
  });
});
