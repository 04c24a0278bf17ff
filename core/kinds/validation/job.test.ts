import { describe, expect, test } from 'vitest';
import type { NewObject } from '../../api/object.ts';
import type { CronJob, Job } from '../../schema/types.generated.ts';
import { templateDefaults } from '../defaults/pod-spec.ts';
import { validateCronJob, validateJob } from './job.ts';

type Fields = Readonly<Record<string, unknown>>;

const template = templateDefaults({
  metadata: { labels: { app: 'x' } },
  spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] },
});

function jobErrors(spec: Fields): readonly string[] {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j' },
    spec: { manualSelector: true, selector: { matchLabels: { app: 'x' } }, template, ...spec },
  } as unknown as NewObject<Job>;
  return validateJob(job).map(({ field, body }) => `${field}: ${body}`);
}

function cronErrors(spec: Fields): readonly string[] {
  const cronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'c' },
    spec: { concurrencyPolicy: 'Allow', schedule: '* * * * *', jobTemplate: { spec: { template } }, ...spec },
  } as unknown as NewObject<CronJob>;
  return validateCronJob(cronJob).map(({ field, body }) => `${field}: ${body}`);
}

const INDEXED = { completionMode: 'Indexed', completions: 5 };
const rule = (rules: readonly Fields[], spec: Fields = {}): Fields => ({
  ...spec,
  podFailurePolicy: { rules },
});
const success = (rules: readonly Fields[]): Fields => ({ ...INDEXED, successPolicy: { rules } });

describe('a Job', () => {
  test.each([
    ['plain', {}],
    ['indexed, with limits', { ...INDEXED, backoffLimitPerIndex: 1, maxFailedIndexes: 5 }],
    [
      'with a success policy',
      success([{ succeededIndexes: '0,2-4', succeededCount: 3 }, { succeededCount: 5 }]),
    ],
    [
      'with a failure policy',
      rule([{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1, 42] } }]),
    ],
  ])('%s is valid', (_title, spec) => {
    expect(jobErrors(spec)).toEqual([]);
  });

  test.each<[Fields, readonly string[]]>([
    [
      { backoffLimitPerIndex: 1 },
      ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    ],
    [
      { ...INDEXED, maxFailedIndexes: 9 },
      [
        'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
        'spec.maxFailedIndexes: Invalid value: 9: must be less than or equal to completions',
      ],
    ],
    [
      { podReplacementPolicy: 'Never' },
      [
        'spec.podReplacementPolicy: Unsupported value: "Never": supported values: "Failed", "TerminatingOrFailed"',
      ],
    ],
    [
      rule([{ action: 'Count', onPodConditions: [{ type: 'X', status: 'True' }] }], {
        podReplacementPolicy: 'TerminatingOrFailed',
      }),
      ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
    ],
    [
      rule([{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [1] } }]),
      [
        'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      ],
    ],
    [
      rule([{ onExitCodes: { containerName: 'd', operator: 'In', values: [3, 0, 3] } }]),
      [
        'spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
        'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "d": must be one of the container or initContainer names in the pod template',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [3,0,3]: must be ordered',
      ],
    ],
    [
      rule([{ action: 'Ignore' }]),
      [
        'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
      ],
    ],
    [
      { successPolicy: { rules: [{ succeededCount: 1 }] } },
      [
        'spec.successPolicy: Invalid value: {"rules":[{"succeededCount":1}]}: requires indexed completion mode',
      ],
    ],
    [
      success([{}, { succeededIndexes: '0-2', succeededCount: 4 }, { succeededIndexes: '3,1' }]),
      [
        'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
        'spec.successPolicy.rules[1].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of indexes in the specified succeededIndexes field)',
        'spec.successPolicy.rules[2].succeededIndexes: Invalid value: "3,1": error parsing succeededIndexes: non-increasing order, previous: 3, current: 1',
      ],
    ],
  ])('%j: %s', (spec, errors) => {
    expect(jobErrors(spec)).toEqual(errors);
  });

  test('with a failure policy does not restart its containers', () => {
    const restarting = { ...template, spec: { ...template.spec, restartPolicy: 'OnFailure' } };
    const policy = rule([{ action: 'Count', onExitCodes: { operator: 'In', values: [1] } }]);
    expect(jobErrors({ ...policy, template: restarting })).toEqual([
      'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
    ]);
  });
});

describe('a CronJob', () => {
  test.each<[Fields, readonly string[]]>([
    [{ schedule: '@every 5m', timeZone: 'Europe/Berlin' }, []],
    [{ schedule: '' }, ['spec.schedule: Required value']],
    [
      { schedule: '60 * * * *' },
      ['spec.schedule: Invalid value: "60 * * * *": end of range (60) above maximum (59): 60'],
    ],
    [
      { schedule: 'TZ=UTC * * * * *' },
      [
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    [
      { timeZone: 'Mars/Phobos' },
      ['spec.timeZone: Invalid value: "Mars/Phobos": unknown time zone Mars/Phobos'],
    ],
    [
      { timeZone: 'Local' },
      [
        'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ],
    ],
    [{ timeZone: '' }, ['spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string']],
  ])('%j: %s', (spec, errors) => {
    expect(cronErrors(spec)).toEqual(errors);
  });
});
