import { expect, test } from 'vitest';
import { NOTHING_DONE, runCampaign } from './campaign.ts';
import { runBatch } from './work.ts';

const setup = { seed: 1, mutants: [], controllers: [] };
const inThisThread = { ...setup, workers: 0 };

test('the real controllers hold every invariant', async () => {
  const { state, interruption } = await runCampaign({ ...inThisThread, runs: 200 });
  expect(interruption).toBeUndefined();
  expect(state.failures).toEqual([]);
  expect(state.runs).toBe(200);
  // Invariants that hold where nothing happens say little.
  expect(state.situations.filter((runs) => runs > 0).length).toBeGreaterThan(12);
}, 120_000);

test('what comes out does not depend on where batches end', () => {
  const whole = runBatch(setup, [], 0, 30);
  const parts = [runBatch(setup, [], 0, 7), runBatch(setup, [], 7, 23)];
  const sum = (of: (part: typeof whole) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  expect([whole.records, whole.virtual]).toEqual([
    sum(({ records }) => records),
    sum(({ virtual }) => virtual),
  ]);
  expect(whole.situations).toEqual(
    whole.situations.map((_, i) => sum(({ situations }) => situations[i] ?? 0)),
  );
});

test.each([
  ['terminating-endpoint-ready', 'terminating-endpoint'],
  ['stale-cache-no-expectations', 'replicaset-count'],
  ['hpa-counts-surge-pods', 'autoscaler-size'],
])(
  '%s is found, and shrunk to a few lines',
  async (mutant, invariant) => {
    let isShrunk = false;
    const { state } = await runCampaign(
      { ...inThisThread, mutants: [mutant] },
      {
        look: async () => isShrunk,
        onProgress: ({ failures }) => {
          isShrunk = failures.some(({ shrunk }) => shrunk !== undefined);
        },
      },
    );
    const [failure] = state.failures;
    expect(failure?.name).toBe(invariant);
    expect(failure?.shrunk?.scenario.timeline.length).toBeLessThanOrEqual(5);
    expect(failure?.shrunk?.refusals).toEqual([]);
    expect(failure?.shrunk?.failure.name).toBe(invariant);
    expect(failure?.shrunk?.why).toMatchObject({ ok: true });
  },
  120_000,
);

test('a campaign that is taken up again comes to what an unbroken one comes to', async () => {
  const options = { ...inThisThread, mutants: ['terminating-endpoint-ready'] };
  const whole = await runCampaign({ ...options, runs: 50 });
  const first = await runCampaign({ ...options, runs: 25 });
  const second = await runCampaign({ ...options, runs: 50, from: first.state });
  expect(second.state).toEqual(whole.state);
  expect(NOTHING_DONE.runs).toBe(0);
}, 120_000);

test('what ends a campaign leaves what it has done', async () => {
  let looks = 0;
  const { state, interruption } = await runCampaign(inThisThread, {
    look: async () => {
      looks += 1;
      if (looks === 2) throw new Error('Ctrl-C');
      return false;
    },
  });
  expect(interruption).toMatchObject({ message: 'Ctrl-C' });
  expect(state.runs).toBe(50);
});
