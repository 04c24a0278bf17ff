import { describe, expect, test } from 'vitest';
import { CRON_JOB, JOB, POD } from '../core/kinds/registry.ts';
import type { EventRecord } from '../core/log/record.ts';
import type { Job, Pod } from '../core/schema/types.generated.ts';
import type { View } from '../core/store/view.ts';
import { readScenario } from './scenario/resolve.ts';
import { Story } from './story/story.ts';
import { loggedRun, reExecuted } from './testing/logged-run.ts';

type Fields = Readonly<Record<string, unknown>>;

const template = (image: string, restartPolicy = 'Never'): Fields => ({
  spec: { restartPolicy, containers: [{ name: 'c', image }] },
});

const job = (name: string, spec: Fields): Fields => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec,
});

const BEHAVIORS = [
  { image: 'batch', startup: '0s', exit: { after: '30s' } },
  { image: 'broken', startup: '0s', exit: { after: '5s', code: 3 } },
  { image: 'endless', startup: '0s', exit: { after: '10h' } },
];

interface Ran {
  readonly view: View;
  readonly pods: readonly Pod[];
  readonly story: readonly string[];
  readonly job: (name: string) => Job;
}

/** A run in the whole simulation, which comes out the same when its log is executed again. */
function ran(spec: Fields): Ran {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'jobs' },
    spec: { cluster: { nodeGroups: [{ name: 'node', count: 3 }] }, behaviors: BEHAVIORS, ...spec },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const story = new Story();
  const pods: Pod[] = [];
  const run = loggedRun(read.scenario, {
    sinks: [
      (record) => {
        story.observe(record);
        const { kind, verb, next } = record as EventRecord;
        if (record.type === 'event' && kind === POD && verb === 'create') pods.push(next as Pod);
      },
    ],
  });
  expect(run.outcome.simulation.refusals).toEqual([]);
  expect(reExecuted(run).sha256).toBe(run.sha256);
  const { view } = run.outcome.simulation;
  return {
    view,
    pods,
    story: story.moments().moments.map(({ text }) => text),
    job: (name) => {
      const found = view.get(JOB, 'default', name);
      if (found === undefined) throw new Error(`no job ${name}`);
      return found;
    },
  };
}

function ended({ status }: Job): string | undefined {
  return status.conditions?.find(
    ({ type, status: is }) => ['Complete', 'Failed'].includes(type) && is === 'True',
  )?.reason;
}

const DISRUPTIONS: readonly (readonly [string, readonly Fields[]])[] = [
  ['nothing', []],
  // A pod that nobody stops keeps its Job from being over, until the node is taken out of the cluster.
  [
    'its node crashes for good',
    [
      { at: '20s', fault: 'node-crash', node: 'node-1' },
      { at: '20m', delete: 'node/node-1' },
    ],
  ],
  ['its node crashes and returns', [{ at: '20s', fault: 'node-crash', node: 'node-1', for: '2m' }]],
  ['its node is cut off and returns', [{ at: '20s', fault: 'node-partition', node: 'node-1', for: '10m' }]],
  ['a node is drained', [{ at: '20s', drain: 'node-1' }]],
  [
    'the controllers crash again and again',
    ['36s', '37500ms', '39s', '70s', '71500ms'].map((at) => ({
      at,
      fault: 'controller-crash',
      controller: 'kube-controller-manager',
      for: '1s',
    })),
  ],
];

describe('a Job in the whole simulation', () => {
  test.each(DISRUPTIONS)('completes, each pod counted once, though %s', (_what, timeline) => {
    const {
      job: jobOf,
      pods,
      view,
    } = ran({
      duration: '40m',
      manifests: [job('import', { completions: 6, parallelism: 3, template: template('batch') })],
      timeline,
    });
    const { status } = jobOf('import');
    expect(ended(jobOf('import'))).toBe('CompletionsReached');
    expect(status.succeeded).toBe(6);
    expect(status.active).toBeUndefined();
    expect((status.succeeded ?? 0) + (status.failed ?? 0)).toBe(pods.length);
    expect(status.uncountedTerminatedPods).toEqual({});
    const held = view.list(POD, 'default').filter(({ metadata }) => metadata.finalizers !== undefined);
    expect(held.map(({ metadata }) => metadata.name)).toEqual([]);
  });

  test('an Indexed one has one success for each index, though its node crashes', () => {
    const { job: jobOf } = ran({
      duration: '40m',
      manifests: [
        job('import', {
          completions: 7,
          parallelism: 3,
          completionMode: 'Indexed',
          backoffLimitPerIndex: 2,
          template: template('batch'),
        }),
      ],
      timeline: [{ at: '20s', fault: 'node-crash', node: 'node-1', for: '20m' }],
    });
    const { status } = jobOf('import');
    expect(ended(jobOf('import'))).toBe('CompletionsReached');
    expect([status.succeeded, status.completedIndexes, status.failedIndexes]).toEqual([7, '0-6', '']);
  });

  test('fails by its limit, with pods that restart and with pods that do not', () => {
    const {
      job: jobOf,
      pods,
      story,
    } = ran({
      duration: '20m',
      manifests: [
        job('never', { backoffLimit: 2, template: template('broken') }),
        job('onfailure', { backoffLimit: 2, template: template('broken', 'OnFailure') }),
      ],
    });
    expect(['never', 'onfailure'].map((name) => ended(jobOf(name)))).toEqual([
      'BackoffLimitExceeded',
      'BackoffLimitExceeded',
    ]);
    expect(pods.filter(({ metadata }) => metadata.name.startsWith('never-'))).toHaveLength(3);
    expect(pods.filter(({ metadata }) => metadata.name.startsWith('onfailure-'))).toHaveLength(1);
    expect(story).toContain('2 jobs fail: BackoffLimitExceeded');
  });

  test('ends by its deadline, and is deleted with its pods when its time to live is over', () => {
    const { view, story } = ran({
      duration: '5m',
      manifests: [
        job('slow', {
          activeDeadlineSeconds: 60,
          ttlSecondsAfterFinished: 30,
          template: template('endless'),
        }),
      ],
    });
    expect(story).toContain('job/slow fails: Job was active longer than specified deadline');
    expect(view.list(JOB)).toEqual([]);
    expect(view.list(POD)).toEqual([]);
  });

  test('a disruption is ignored by its failure policy', () => {
    const { job: jobOf } = ran({
      duration: '20m',
      manifests: [
        job('import', {
          completions: 3,
          parallelism: 3,
          backoffLimit: 0,
          podFailurePolicy: {
            rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }],
          },
          template: template('batch'),
        }),
      ],
      timeline: [{ at: '15s', drain: 'node-1' }],
    });
    expect(ended(jobOf('import'))).toBe('CompletionsReached');
    expect(jobOf('import').status.failed).toBeUndefined();
  });

  test('is deleted with its pods, in each way', () => {
    for (const propagationPolicy of ['Background', 'Foreground']) {
      const { view } = ran({
        duration: '3m',
        manifests: [job('slow', { parallelism: 3, completions: 3, template: template('endless') })],
        timeline: [{ at: '1m', delete: 'job/slow', propagationPolicy }],
      });
      expect(view.list(JOB)).toEqual([]);
      expect(view.list(POD)).toEqual([]);
    }
  });

  test('its pods go with their namespace', () => {
    const { view } = ran({
      duration: '4m',
      manifests: [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
        {
          ...job('slow', { parallelism: 3, completions: 3, template: template('endless') }),
          metadata: { name: 'slow', namespace: 'shop' },
        },
      ],
      timeline: [{ at: '1m', delete: 'namespace/shop' }],
    });
    expect(view.list(JOB)).toEqual([]);
    expect(view.list(POD)).toEqual([]);
  });
});

test('a CronJob runs through an outage of the controllers, and keeps its history', () => {
  const { view, pods, story } = ran({
    duration: '62m',
    manifests: [
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'report' },
        spec: {
          schedule: '*/10 * * * *',
          timeZone: 'Etc/UTC',
          jobTemplate: { spec: { template: template('batch') } },
        },
      },
    ],
    timeline: [{ at: '29m50s', fault: 'controller-crash', controller: 'kube-controller-manager', for: '1m' }],
  });
  expect(pods).toHaveLength(6);
  expect(view.list(JOB).map(({ metadata }) => metadata.name)).toEqual([
    'report-29453800',
    'report-29453810',
    'report-29453820',
  ]);
  expect(view.get(CRON_JOB, 'default', 'report')?.status).toMatchObject({
    lastScheduleTime: '2026-01-01T01:00:00Z',
  });
  expect(story.some((text) => /jobs complete|completes after/.test(text))).toBe(true);
});

test('a CronJob goes by the clocks of its time zone', () => {
  const { view } = ran({
    duration: '2h',
    startTime: '2026-07-01T06:30:00Z',
    manifests: [
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'report' },
        spec: {
          schedule: '0 9 * * *',
          timeZone: 'Europe/Berlin',
          jobTemplate: { spec: { template: template('batch') } },
        },
      },
    ],
  });
  expect(view.list(JOB).map(({ metadata }) => metadata.annotations)).toEqual([
    { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-07-01T09:00:00+02:00' },
  ]);
});
