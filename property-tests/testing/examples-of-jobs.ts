import type { Examples } from './example.ts';
import type { History, Written } from './history.ts';
import { controlledBy, pod } from './objects.ts';

const JOB_CONTROLLER = 'job-controller';
const CRON_JOB_CONTROLLER = 'cronjob-controller';
const ofJob = controlledBy('Job', 'import', 'batch/v1');
const CRASH = {
  op: 'fault',
  fault: 'controller-crash',
  controller: 'kube-controller-manager',
  for: 1,
} as const;

type Json = Readonly<Record<string, unknown>>;

function job(spec: Json = {}, status: Json = {}, metadata: Json = {}): Written {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'import', ...metadata },
    spec: { parallelism: 2, completions: 4, backoffLimit: 1, ...spec },
    status,
  };
}

const OVER = { conditions: [{ type: 'Complete', status: 'True' }] };

function makePods(history: History, names: readonly string[], cause?: number): void {
  for (const name of names) history.put(JOB_CONTROLLER, pod(name, 'import', { metadata: ofJob }), cause);
}

function cronJob(concurrencyPolicy: string): Written {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'report' },
    spec: { schedule: '* * * * *', concurrencyPolicy, jobTemplate: {} },
    status: {},
  };
}

function cronRun(name: string, status: Json = {}): Written {
  return job({}, status, { name, uid: `Job-${name}`, ...controlledBy('CronJob', 'report', 'batch/v1') });
}

export const JOBS: Examples = {
  'job-pods': [
    {
      about: 'a third pod at a parallelism of two',
      make: (history) => makePods(history, ['a', 'b', 'c'], history.put('user', job())),
      wrong: /pod\/c was created as one of 3 active pods, though its parallelism is 2/,
    },
    {
      about: 'a pod more than completions are left',
      make: (history) => {
        const cause = history.put(JOB_CONTROLLER, job({}, { succeeded: 3 }));
        makePods(history, ['a', 'b'], cause);
      },
      wrong: /pod\/b was created as one of 2 active pods, though 1 completions are left/,
    },
    {
      about: 'a pod for a Job that is over',
      make: (history) => makePods(history, ['a'], history.put(JOB_CONTROLLER, job({}, OVER))),
      wrong: /pod\/a was created though the Job is over/,
    },
    {
      about: 'a pod after more failures than the limit',
      make: (history) => {
        const status = { failed: 1, uncountedTerminatedPods: { failed: ['x'] } };
        makePods(history, ['a'], history.put(JOB_CONTROLLER, job({}, status)));
      },
      wrong: /pod\/a was created after 2 failed pods, though its backoffLimit is 1/,
    },
    {
      about: 'one in the place of one that has ended',
      make: (history) => {
        history.put('user', job());
        makePods(history, ['a', 'b']);
        history.put('kubelet', pod('a', 'import', { metadata: ofJob, phase: 'Failed' }));
        makePods(history, ['c']);
      },
    },
    {
      about: 'a parallelism that was lowered when the pod was on its way',
      make: (history) => {
        const cause = history.put('user', job());
        history.put('user', job({ parallelism: 1 }));
        makePods(history, ['a', 'b'], cause);
      },
    },
    {
      about: 'a third pod, which the controller had asked for before it crashed',
      make: (history) => {
        const cause = history.put('user', job());
        makePods(history, ['a', 'b'], cause);
        history.stimulus(CRASH);
        makePods(history, ['c'], cause);
      },
    },
  ],
  'cron-job-forbid': [
    {
      about: 'a second run beside the first',
      make: (history) => {
        history.put('user', cronJob('Forbid'));
        history.put(CRON_JOB_CONTROLLER, cronRun('report-1'));
        history.put(CRON_JOB_CONTROLLER, cronRun('report-2'));
      },
      wrong: /job\/report-2 was created while job\/report-1 runs, though the CronJob forbids that/,
    },
    {
      about: 'a second run after the first',
      make: (history) => {
        history.put('user', cronJob('Forbid'));
        history.put(CRON_JOB_CONTROLLER, cronRun('report-1'));
        history.put(JOB_CONTROLLER, cronRun('report-1', OVER));
        history.put(CRON_JOB_CONTROLLER, cronRun('report-2'));
      },
    },
    {
      about: 'two runs that may run together',
      make: (history) => {
        history.put('user', cronJob('Allow'));
        history.put(CRON_JOB_CONTROLLER, cronRun('report-1'));
        history.put(CRON_JOB_CONTROLLER, cronRun('report-2'));
      },
    },
    {
      about: 'a second run after a crash, in which the first was forgotten',
      make: (history) => {
        history.put('user', cronJob('Forbid'));
        history.put(CRON_JOB_CONTROLLER, cronRun('report-1'));
        history.stimulus(CRASH);
        history.put(CRON_JOB_CONTROLLER, cronRun('report-2'));
      },
    },
  ],
};
