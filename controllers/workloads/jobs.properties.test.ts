import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewObject } from '../../core/api/object.ts';
import { isPodActive, isPodTerminal } from '../../core/kinds/pod/status.ts';
import { CRON_JOB, JOB, POD } from '../../core/kinds/registry.ts';
import type { CronJob, Job, Pod } from '../../core/schema/types.generated.ts';
import { MILLISECOND, MINUTE, type Micros, parseRfc3339, SECOND } from '../../core/time.ts';
import type { Controller } from '../controller.ts';
import { TestWorld } from '../testing/world.ts';
import { cronJobController } from './cron-job.ts';
import { jobController } from './job.ts';
import { finishedCondition } from './job-facts.ts';

/*
 * What must hold of Jobs and CronJobs whatever happens: pods end, are deleted, requests are refused, the controllers
 * die, are slow, see late. Checked against the truth after each event.
 */

const TEMPLATE = { spec: { restartPolicy: 'Never' as const, containers: [{ name: 'c', image: 'x' }] } };

function worldOf(...controllers: readonly unknown[]): TestWorld {
  const world = new TestWorld(controllers as Controller[]);
  world.restart({ events: false });
  // They run at once: one that a test has ended must not start after that.
  world.setPodLife({ start: 0, stop: 500 * MILLISECOND, nodes: 3 });
  return world;
}

type Step =
  | { readonly do: 'end'; readonly place: number; readonly succeeds: boolean }
  | { readonly do: 'delete'; readonly place: number }
  | { readonly do: 'restart'; readonly watchDelayMs: number; readonly latencyMs: number }
  | { readonly do: 'refuse'; readonly verb: 'create' | 'patch' | 'updateStatus' | 'delete' }
  | { readonly do: 'run'; readonly ms: number };

const end = fc.record({ do: fc.constant('end' as const), place: fc.nat(5), succeeds: fc.boolean() });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: end },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), place: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      watchDelayMs: fc.constantFrom(1, 50, 1500),
      latencyMs: fc.constantFrom(1, 20),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('refuse' as const),
      verb: fc.constantFrom('create' as const, 'patch' as const, 'updateStatus' as const, 'delete' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('run' as const), ms: fc.integer({ min: 1, max: 15_000 }) }),
  },
);

interface Case {
  readonly completions: number;
  readonly parallelism: number;
  readonly backoffLimit: number;
  readonly indexed: boolean;
  readonly replacement: 'Failed' | 'TerminatingOrFailed';
  readonly steps: readonly Step[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  completions: fc.integer({ min: 1, max: 6 }),
  parallelism: fc.integer({ min: 1, max: 4 }),
  backoffLimit: fc.integer({ min: 0, max: 6 }),
  indexed: fc.boolean(),
  replacement: fc.constantFrom('Failed' as const, 'TerminatingOrFailed' as const),
  steps: fc.array(step, { minLength: 1, maxLength: 25 }),
});

function manifest({ completions, parallelism, backoffLimit, indexed, replacement }: Case): NewObject<Job> {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', namespace: 'default' },
    spec: {
      completions,
      parallelism,
      backoffLimit,
      completionMode: indexed ? 'Indexed' : 'NonIndexed',
      podReplacementPolicy: replacement,
      template: TEMPLATE,
    },
  };
}

const jobOf = (world: TestWorld): Job => world.server.state.get(JOB, 'default', 'j') as Job;
const podsOf = (world: TestWorld): readonly Pod[] => world.server.state.list(POD, 'default');

function perform(world: TestWorld, action: Step): void {
  switch (action.do) {
    case 'end': {
      const active = podsOf(world).filter(isPodActive);
      const pod = active[action.place % Math.max(1, active.length)];
      const phase = action.succeeds ? 'Succeeded' : 'Failed';
      if (pod !== undefined) world.setPodStatus(pod.metadata.name, { phase }, false);
      break;
    }
    case 'delete': {
      const active = podsOf(world).filter(isPodActive);
      const pod = active[action.place % Math.max(1, active.length)];
      if (pod === undefined) break;
      world.request({ verb: 'delete', kind: POD, namespace: 'default', name: pod.metadata.name });
      break;
    }
    case 'restart':
      world.crash();
      // Another process takes over when what this one had under way has arrived: a lease lasts far longer.
      world.run(50 * MILLISECOND);
      world.restart({
        watchDelay: action.watchDelayMs * MILLISECOND,
        latency: action.latencyMs * MILLISECOND,
      });
      break;
    case 'refuse':
      world.refuse({
        verb: action.verb,
        resource: action.verb === 'updateStatus' ? 'jobs.batch' : 'pods',
        reason: 'InternalError',
        message: 'Internal error occurred: etcdserver: request timed out',
        cause: undefined,
        times: 1,
      });
      break;
    case 'run':
      world.run(action.ms * MILLISECOND);
      break;
    default:
      action satisfies never;
  }
}

/** What is wrong in the truth now. */
function violation(world: TestWorld, succeeded: ReadonlySet<string>): string | undefined {
  const job = jobOf(world);
  if (job === undefined) return undefined;
  const { completions = 0, parallelism = 0 } = job.spec;
  const active = podsOf(world).filter(isPodActive).length;
  if (active > parallelism) return `${active} active pods, parallelism ${parallelism}`;
  if (active > Math.max(0, completions - succeeded.size)) {
    return `${active} active pods, ${completions - succeeded.size} completions left`;
  }
  return undefined;
}

/** A deleted pod ends as a kubelet lets it, with a phase, a moment before it is removed. */
function endDeleted(world: TestWorld): void {
  for (const pod of podsOf(world)) {
    if (pod.metadata.deletionTimestamp === undefined || isPodTerminal(pod)) continue;
    world.setPodStatus(pod.metadata.name, { phase: 'Failed' }, false);
  }
}

describe('a Job', () => {
  test('never has too many pods (I20), makes none when it is over (I21), counts each once (I23)', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const world = worldOf(jobController);
        const succeeded = new Set<string>();
        const made = new Set<string>();
        const problems: string[] = [];
        let isOver = false;
        world.journal.subscribe((record) => {
          if (record.type !== 'event') return;
          if (record.kind === POD && record.next !== undefined) {
            const pod = record.next as Pod;
            const { uid, annotations, deletionTimestamp } = pod.metadata;
            if (record.verb === 'create') {
              made.add(uid);
              if (isOver) problems.push('a pod is made after the Job is over');
            }
            if (pod.status.phase === 'Succeeded' && deletionTimestamp === undefined) {
              succeeded.add(annotations?.['batch.kubernetes.io/job-completion-index'] ?? uid);
            }
          }
          if (record.kind === JOB) isOver ||= finishedCondition(record.next as Job) !== undefined;
          const problem = violation(world, succeeded);
          if (problem !== undefined) problems.push(problem);
        });
        world.request({ verb: 'create', kind: JOB, object: manifest(given) });
        world.run(2 * SECOND);
        for (const action of given.steps) {
          perform(world, action);
          endDeleted(world);
          expect(problems).toEqual([]);
        }
        // Quiet: every pod that is left succeeds.
        for (let n = 0; n < 40 && !isOver; n += 1) {
          for (const pod of podsOf(world).filter(isPodActive)) {
            world.setPodStatus(pod.metadata.name, { phase: 'Succeeded' }, false);
          }
          world.run(6 * MINUTE);
          endDeleted(world);
        }
        world.run(MINUTE);
        expect(problems).toEqual([]);
        expect(isOver).toBe(true);
        const { status, spec } = jobOf(world);
        expect(status.uncountedTerminatedPods).toEqual({});
        expect(podsOf(world).flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
        if (spec.completionMode === 'Indexed') {
          const isComplete = finishedCondition(jobOf(world))?.type === 'Complete';
          if (isComplete) expect(status.succeeded).toBe(spec.completions);
          expect(status.succeeded ?? 0).toBeLessThanOrEqual(spec.completions ?? 0);
        } else {
          // Each pod is counted, and only once, whatever was refused or lost in between.
          expect((status.succeeded ?? 0) + (status.failed ?? 0)).toBe(made.size);
        }
      }),
      { numRuns: 250 },
    );
  }, 60_000);

  test('waits 10 s, 20 s, 40 s and so on up to 6 min after failures, and fails past its limit (I22)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 0, max: 12 }),
        (outcomes, backoffLimit) => {
          const world = worldOf(jobController);
          const object = manifest({
            completions: 100,
            parallelism: 1,
            backoffLimit,
            indexed: false,
            replacement: 'Failed',
            steps: [],
          });
          world.request({ verb: 'create', kind: JOB, object });
          world.run(2 * SECOND);
          let failures = 0;
          let inRow = 0;
          for (const succeeds of outcomes) {
            const [pod] = podsOf(world).filter(isPodActive);
            if (pod === undefined) throw new Error('no pod runs');
            const ended = world.now;
            world.setPodStatus(pod.metadata.name, { phase: succeeds ? 'Succeeded' : 'Failed' }, false);
            if (!succeeds) failures += 1;
            inRow = succeeds ? 0 : inRow + 1;
            if (failures > backoffLimit) {
              world.run(5 * SECOND);
              expect(finishedCondition(jobOf(world))?.reason).toBe('BackoffLimitExceeded');
              world.run(30 * MINUTE);
              expect(podsOf(world).filter(isPodActive)).toEqual([]);
              return;
            }
            const delay = inRow === 0 ? 0 : Math.min(10 * 2 ** (inRow - 1), 360) * SECOND;
            const isThere = () => podsOf(world).some(isPodActive);
            while (!isThere()) world.run(100 * MILLISECOND);
            // Ends are known to the second, and gathered for one.
            const waited = world.now - ended;
            expect(waited).toBeGreaterThan(delay - SECOND);
            expect(waited).toBeLessThan(Math.max(delay, SECOND) + 1.3 * SECOND);
            world.run(500 * MILLISECOND);
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

function cronJob(policy: 'Allow' | 'Forbid' | 'Replace'): NewObject<CronJob> {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c', namespace: 'default' },
    spec: {
      schedule: '* * * * *',
      concurrencyPolicy: policy,
      successfulJobsHistoryLimit: 100,
      failedJobsHistoryLimit: 100,
      jobTemplate: { spec: { template: TEMPLATE } },
    },
  };
}

type CronStep =
  | { readonly do: 'end' }
  | { readonly do: 'restart'; readonly watchDelayMs: number }
  | { readonly do: 'outage'; readonly seconds: number }
  | { readonly do: 'refuse'; readonly verb: 'create' | 'updateStatus' }
  | { readonly do: 'run'; readonly seconds: number };

const cronStep: fc.Arbitrary<CronStep> = fc.oneof(
  fc.record({ do: fc.constant('end' as const) }),
  fc.record({ do: fc.constant('restart' as const), watchDelayMs: fc.constantFrom(1, 50) }),
  fc.record({ do: fc.constant('outage' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    do: fc.constant('refuse' as const),
    verb: fc.constantFrom('create' as const, 'updateStatus' as const),
  }),
  fc.record({ do: fc.constant('run' as const), seconds: fc.integer({ min: 1, max: 150 }) }),
);

function performCron(world: TestWorld, action: CronStep): void {
  switch (action.do) {
    case 'end':
      for (const pod of podsOf(world).filter(isPodActive)) {
        world.setPodStatus(pod.metadata.name, { phase: 'Succeeded' }, false);
      }
      break;
    case 'restart':
      world.restart({ watchDelay: action.watchDelayMs * MILLISECOND });
      break;
    case 'outage':
      world.crash();
      world.run(action.seconds * SECOND);
      world.restart();
      break;
    case 'refuse':
      world.refuse({
        verb: action.verb,
        resource: action.verb === 'create' ? 'jobs.batch' : 'cronjobs.batch',
        reason: 'InternalError',
        message: 'Internal error occurred: etcdserver: request timed out',
        cause: undefined,
        times: 1,
      });
      break;
    case 'run':
      world.run(action.seconds * SECOND);
      break;
    default:
      action satisfies never;
  }
}

/** The time that a Job is for. */
function slotOf(job: Job): Micros {
  const text = job.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'] ?? '';
  return parseRfc3339(text) ?? 0;
}

const isUnder = (job: Job): boolean =>
  finishedCondition(job) === undefined && job.metadata.deletionTimestamp === undefined;

describe('a CronJob', () => {
  test('runs each time that its policy allows, once, and never two under Forbid (I24)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Allow' as const, 'Forbid' as const, 'Replace' as const),
        fc.array(cronStep, { minLength: 3, maxLength: 15 }),
        (policy, steps) => {
          const world = worldOf(cronJobController, jobController);
          const slots: Micros[] = [];
          world.journal.subscribe((record) => {
            if (record.type !== 'event' || record.kind !== JOB) return;
            if (record.verb === 'create') slots.push(slotOf(record.next as Job));
            const under = world.server.state.list(JOB, 'default').filter(isUnder).length;
            if (policy !== 'Allow') expect(under).toBeLessThanOrEqual(1);
          });
          world.request({ verb: 'create', kind: CRON_JOB, object: cronJob(policy) });
          for (const action of steps) performCron(world, action);
          world.run(2 * SECOND);
          expect(new Set(slots).size).toBe(slots.length);
          expect([...slots].sort((a, b) => a - b)).toEqual(slots);
          // A time may be passed over while an earlier Job runs, or the controllers are away; else each has its Job.
          const isUndisturbed = steps.every(({ do: what }) => what === 'run' || what === 'end');
          if (policy === 'Forbid' || !isUndisturbed) return;
          const wanted = Math.floor((world.now - 1 - world.start) / MINUTE);
          const due = Array.from({ length: wanted }, (_, n) => world.start + (n + 1) * MINUTE);
          expect(slots.filter((slot) => slot < world.now - SECOND)).toEqual(
            due.filter((slot) => slot < world.now - SECOND),
          );
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
