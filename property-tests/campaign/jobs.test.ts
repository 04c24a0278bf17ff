import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JOB, POD } from '../../core/kinds/registry.ts';
import { readScenario } from '../../sim/scenario/resolve.ts';
import { runCase } from './case.ts';

/*
 * Jobs and CronJobs of all kinds in the whole simulation, under faults, with all invariants: what the generated
 * clusters of a campaign lack.
 */

type Fields = Readonly<Record<string, unknown>>;

const NODES = ['node-1', 'node-2', 'node-3'];
const BEHAVIORS = [
  { image: 'good', exit: { after: '20s' } },
  { image: 'slow', exit: { after: '3m' } },
  { image: 'bad', exit: { after: '5s', code: 3 } },
];

const template = fc.record({
  image: fc.constantFrom('good', 'good', 'slow', 'bad'),
  restartPolicy: fc.constantFrom('Never', 'OnFailure'),
});

function podTemplate({ image, restartPolicy }: { image: string; restartPolicy: string }): Fields {
  return { spec: { restartPolicy, terminationGracePeriodSeconds: 5, containers: [{ name: 'c', image }] } };
}

const jobSpec: fc.Arbitrary<Fields> = fc
  .record({
    drawn: template,
    parallelism: fc.integer({ min: 1, max: 4 }),
    completions: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
    backoffLimit: fc.integer({ min: 0, max: 4 }),
    activeDeadlineSeconds: fc.option(fc.integer({ min: 10, max: 200 }), { nil: undefined }),
    ttlSecondsAfterFinished: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    indexed: fc.boolean(),
    perIndex: fc.boolean(),
    replacement: fc.constantFrom('Failed', 'TerminatingOrFailed'),
  })
  .map(({ drawn, indexed, perIndex, replacement, backoffLimit, completions, ...rest }) => {
    const isIndexed = indexed && completions !== undefined;
    const given: Fields = {
      ...rest,
      completions,
      podReplacementPolicy: replacement,
      template: podTemplate(drawn),
      ...(isIndexed ? { completionMode: 'Indexed' } : {}),
      ...(isIndexed && perIndex ? { backoffLimitPerIndex: backoffLimit } : { backoffLimit }),
    };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  });

const manifests: fc.Arbitrary<readonly Fields[]> = fc
  .record({
    jobs: fc.array(jobSpec, { minLength: 1, maxLength: 3 }),
    cronJobs: fc.array(
      fc.record({
        schedule: fc.constantFrom('* * * * *', '*/2 * * * *', '@every 90s'),
        concurrencyPolicy: fc.constantFrom('Allow', 'Forbid', 'Replace'),
        spec: jobSpec,
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ jobs, cronJobs }) => [
    ...jobs.map((spec, n) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: `job-${n}` }, spec })),
    ...cronJobs.map(({ spec, ...rest }, n) => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: `cron-${n}` },
      spec: { ...rest, jobTemplate: { spec } },
    })),
  ]);

const at = fc.integer({ min: 2, max: 300 }).map((seconds) => `${seconds}s`);
const lasting = fc.constantFrom('1s', '20s', '60s', '4m');
const node = fc.constantFrom(...NODES);
const controller = fc.constant('kube-controller-manager');

const disruption: fc.Arbitrary<Fields> = fc.oneof(
  fc.record({ at, fault: fc.constant('node-crash'), node, for: lasting }),
  fc.record({ at, fault: fc.constant('node-partition'), node, for: lasting }),
  fc.record({ at, fault: fc.constant('controller-crash'), controller, for: lasting }),
  fc.record({
    at,
    fault: fc.constant('watch-delay'),
    controller,
    by: fc.constantFrom('500ms', '5s'),
    for: lasting,
  }),
  fc.record({ at, drain: node, timeout: fc.constant('1m') }),
  fc.record({ at, delete: fc.constantFrom('job/job-0', 'cronjob/cron-0') }),
  fc.record({
    at,
    patch: fc.constant('job/job-0'),
    with: fc.oneof(
      fc.record({ spec: fc.record({ suspend: fc.boolean() }) }),
      fc.record({ spec: fc.record({ parallelism: fc.integer({ min: 0, max: 5 }) }) }),
    ),
  }),
);

test('Jobs and CronJobs keep every invariant, whatever befalls them', () => {
  let pods = 0;
  let ended = 0;
  fc.assert(
    fc.property(manifests, fc.array(disruption, { maxLength: 5 }), fc.nat(1000), (given, timeline, seed) => {
      const read = readScenario({
        apiVersion: 'wavetank.dev/v1alpha1',
        kind: 'Scenario',
        metadata: { name: 'jobs' },
        spec: {
          seed,
          duration: '25m',
          cluster: { nodeGroups: [{ name: 'node', count: NODES.length }] },
          behaviors: BEHAVIORS,
          manifests: given,
          timeline,
        },
      });
      if (!read.ok) throw new Error(JSON.stringify(read.problems));
      const { failures, simulation } = runCase(read.scenario, {
        sinks: [
          (record) => {
            if (record.type === 'event' && record.kind === POD && record.verb === 'create') pods += 1;
          },
        ],
      });
      expect(failures.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
      for (const { status } of simulation.view.list(JOB)) {
        if (status.completionTime !== undefined) ended += 1;
        expect(
          Math.min(status.active ?? 0, status.succeeded ?? 0, status.failed ?? 0),
        ).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 40, seed: 1 },
  );
  // Much has happened in them.
  expect(pods).toBeGreaterThan(200);
  expect(ended).toBeGreaterThan(10);
}, 120_000);
