import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../core/time.ts';
import type { Recording } from '../re-execute.ts';
import { readScenario } from '../scenario/resolve.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { loggedRun, reExecuted } from '../testing/logged-run.ts';
import { applyChange } from './apply-change.ts';
import { compareRuns, type MeasuredPair, measureDifferences } from './compare.ts';
import { readChange } from './document.ts';
import { type Observation, ObservedRun, withSeed } from './observed-run.ts';

function deployment(name: string, replicas: number, image = 'nginx:1'): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
    },
  };
}

const SPEC = {
  duration: '12m',
  cluster: { nodeGroups: [{ name: 'node', count: 3 }] },
  manifests: [deployment('web', 3), deployment('cache', 1)],
  timeline: [
    { at: '2m', fault: 'node-crash', node: 'node-1' },
    { at: '3m', setImage: 'deployment/cache', container: 'main', image: 'redis:8' },
    { at: '4m', apply: deployment('late', 2) },
  ],
  expect: [{ name: 'web is up', always: 'available(deployment/web) >= 2', from: '1m' }],
};

function scenario(spec: object = SPEC): Scenario {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'shop' },
    spec,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

const recorded = loggedRun(scenario()).recording;

function change(spec: object) {
  return readChange({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Change',
    metadata: { name: 'other' },
    spec,
  });
}

function changed(spec: object, recording: Recording = recorded): Recording {
  const read = change(spec);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const applied = applyChange(recording, read.change);
  if (!applied.ok) throw new Error(JSON.stringify(applied.problems));
  return applied.recording;
}

/** What is wrong with a change, `path: message`. */
function problems(spec: object): readonly string[] {
  const read = change(spec);
  if (!read.ok) return read.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const applied = applyChange(recorded, read.change);
  return applied.ok ? [] : applied.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

function observed(recording: Recording): Observation {
  const run = new ObservedRun(recording);
  while (run.run.proceed());
  return run.observation(run.run.finish());
}

/** What is done, in words: `120s fault`. */
function doings({ stimuli, scenario: { startTime } }: Recording): readonly string[] {
  return stimuli.map(({ t, action }) => `${(t - startTime) / SECOND}s ${action.op}`);
}

function appliedNames({ stimuli }: Recording): readonly string[] {
  return stimuli.flatMap(({ action }) =>
    action.op === 'apply'
      ? (action.objects as readonly { object: { metadata: { name: string } } }[]).map(
          ({ object }) => object.metadata.name,
        )
      : [],
  );
}

describe('a change of a recorded run', () => {
  test('that is none leaves the history as it was, but for the numbers of its stimuli', () => {
    const same = changed({ timeline: { move: [{ fault: 'node-crash', to: '5m' }] } });
    const back = changed({ timeline: { move: [{ fault: 'node-crash', to: '2m' }] } }, same);
    expect(compareRuns(observed(recorded), observed(back), 1).parting).toBeUndefined();
  });

  test('replaces an object wherever it is applied, and adds a new one at the start', () => {
    const recording = changed({
      manifests: [deployment('web', 5), deployment('late', 1), deployment('more', 1)],
    });
    expect(appliedNames(recording)).toEqual(['web', 'cache', 'more', 'late']);
    expect(recording.scenario.manifests.map(({ object }) => object.metadata.name)).toEqual([
      'web',
      'cache',
      'more',
    ]);
    const { measures } = observed(recording);
    expect(measures['deployment/default/web/replicas-mean']?.value).toBeGreaterThan(4);
    expect(measures['deployment/default/more/availability']?.value).toBeGreaterThan(0);
  });

  test('adds to a run that applied nothing', () => {
    const { recording } = loggedRun(scenario({ duration: '2m' }));
    expect(doings(changed({ manifests: [deployment('web', 1)] }, recording))).toEqual([
      '0s scenario',
      '1s apply',
    ]);
  });

  test('removes an object, and what was done to it', () => {
    const recording = changed({ remove: ['deployment/cache', 'deploy/late'] });
    expect(appliedNames(recording)).toEqual(['web']);
    expect(doings(recording)).toEqual(['0s scenario', '1s apply', '120s fault']);
    expect(observed(recording).refusals).toEqual([]);
  });

  test('patches an object: null removes, and the result is checked', () => {
    const recording = changed({
      patches: [
        {
          target: 'deployment/web',
          patch: { spec: { replicas: 2, template: { spec: { priorityClassName: null } } } },
        },
      ],
    });
    const [web] = recording.scenario.manifests;
    expect(web?.object).toMatchObject({ spec: { replicas: 2 } });
    expect(problems({ patches: [{ target: 'deployment/web', patch: { spec: { replicaz: 2 } } }] })).toEqual([
      'spec.patches.0.patch.spec.replicaz: unknown field "replicaz", did you mean "replicas"?',
    ]);
  });

  test('sets a value of the scenario as if it had been written', () => {
    const path = 'spec.cluster.kubernetes.kubeControllerManager.node-monitor-grace-period';
    const recording = changed({ set: { [path]: '20s', 'spec.cluster.nodeGroups[0].count': 5 } });
    const { cluster } = recording.scenario;
    expect(cluster.kubernetes.kubeControllerManager['node-monitor-grace-period']).toBe(20 * SECOND);
    expect(cluster.nodeGroups[0]).toMatchObject({ count: 5, min: 5, max: 5 });
    // What was not meant is the very same.
    expect(recording.scenario.behaviors).toBe(recorded.scenario.behaviors);
  });

  test('of the duration lets the run last as long, and leaves out what comes later', () => {
    const shorter = changed({ set: { 'spec.duration': '3m30s' } });
    expect(shorter.endAt - shorter.scenario.startTime).toBe(3.5 * MINUTE);
    expect(doings(shorter)).toEqual(['0s scenario', '1s apply', '120s fault', '180s setImage']);
  });

  test('of the timeline drops, moves and adds', () => {
    const dropped = changed({ timeline: { drop: [{ fault: 'node-crash' }, { at: '3m' }] } });
    expect(doings(dropped)).toEqual(['0s scenario', '1s apply', '240s apply']);
    const moved = changed({ timeline: { move: [{ fault: 'node-crash', to: '3m30s' }] } });
    expect(doings(moved)).toEqual(['0s scenario', '1s apply', '180s setImage', '210s fault', '240s apply']);
    const added = changed({
      timeline: {
        add: [
          { at: '5m', cordon: 'node-2' },
          { at: '1m', scale: 'deployment/web', replicas: 4 },
        ],
      },
    });
    expect(doings(added)).toEqual([
      '0s scenario',
      '1s apply',
      '60s scale',
      '120s fault',
      '180s setImage',
      '240s apply',
      '300s cordon',
    ]);
    expect(observed(added).refusals).toEqual([]);
  });

  test('of a changed run is a log like any other: it verifies, and can be changed again', () => {
    const recording = changed({ timeline: { drop: [{ fault: 'node-crash' }] } });
    const run = loggedRun(recording.scenario, { stimuli: recording.stimuli, endAt: recording.endAt });
    expect(reExecuted(run).text).toBe(run.text);
    expect(doings(changed({ remove: ['deployment/late'] }, run.recording))).not.toContain('240s apply');
  });
});

test('what the world does by itself is no part of the timeline', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  };
  const busy = scenario({
    duration: '4m',
    manifests: [deployment('web', 2), service],
    traffic: [{ to: 'service/web', shape: { constant: '10rps' }, spikes: [{ at: '1m', x: 3, for: '1m' }] }],
    timeline: [{ at: '2m', fault: 'node-crash', node: 'node-1', for: '30s' }],
  });
  const { recording } = loggedRun(busy);
  expect(doings(recording)).toContain('60s load');
  const other = changed({ timeline: { move: [{ fault: 'node-crash', to: '2m10s' }] } }, recording);
  expect(doings(other)).toEqual(['0s scenario', '1s apply', '130s fault']);
  const again = loggedRun(other.scenario, { stimuli: other.stimuli, endAt: other.endAt });
  expect(doings(again.recording)).toContain('60s load');
  expect(reExecuted(again).text).toBe(again.text);
});

describe('a change that touches nothing', () => {
  test.each([
    ['says so', {}, 'spec: changes nothing: give at least one of manifests, remove, patches, set, timeline'],
    [
      'names what is there: an object to remove',
      { remove: ['deployment/wep'] },
      'spec.remove.0: deployment/wep is never applied in the recorded run: did you mean deployment/web?',
    ],
    [
      'an object to patch',
      { patches: [{ target: 'service/shop/unheard-of', patch: { spec: { x: 1 } } }] },
      'spec.patches.0.target: service/shop/unheard-of is never applied in the recorded run: there are ' +
        'deployment/cache, deployment/late, deployment/web',
    ],
    [
      'a patch that sets what is so',
      { patches: [{ target: 'deployment/web', patch: { spec: { replicas: 3 } } }] },
      'spec.patches.0.patch: deployment/web is so already: the patch changes nothing',
    ],
    [
      'a manifest that is the same',
      { manifests: [deployment('web', 3)] },
      'spec.manifests.0: Deployment default/web is the same as in the recorded run (spec.manifests.0)',
    ],
    [
      'an entry to drop',
      { timeline: { drop: [{ fault: 'zone-outage' }] } },
      'spec.timeline.drop.0: nothing in the timeline of the recorded run fits fault zone-outage: there is at 2m ' +
        'fault: node-1 crashes (spec.timeline.0); at 3m set image of deployments/cache to redis:8 (spec.timeline.1); ' +
        'at 4m apply deployment/late (spec.timeline.2)',
    ],
    [
      'an entry that is moved to where it is',
      { timeline: { move: [{ at: '2m', to: '2m' }] } },
      'spec.timeline.move.0.to: it is at 2m already',
    ],
    [
      'a setting that has the value',
      { set: { 'spec.seed': 1 } },
      'spec.set.spec.seed: it is 1 already in the recorded run',
    ],
    [
      'a time after the end',
      { timeline: { add: [{ at: '1h', cordon: 'node-1' }] } },
      'spec.timeline.add.0.at: is after the end of the recorded run: give spec.duration a longer time under set',
    ],
    [
      'an unknown setting',
      { set: { 'spec.cluster.kubernetes.kubelet.max-pods': 5 } },
      'spec.set.spec.cluster.kubernetes.kubelet.max-pods: unknown field "max-pods"; there are kube-api-qps, ' +
        'kube-api-burst, node-status-update-frequency, nodeLeaseDurationSeconds, serialize-image-pulls, ' +
        'evictionHard, evictionSoft, evictionSoftGracePeriod, evictionMinimumReclaim, evictionMaxPodGracePeriod, evictionPressureTransitionPeriod, ' +
        'imageGCHighThresholdPercent, imageGCLowThresholdPercent, imageMinimumGCAge, ' +
        'shutdownGracePeriod, shutdownGracePeriodCriticalPods, shutdownGracePeriodByPodPriority',
    ],
    [
      'a part that has another way',
      { set: { 'spec.timeline[0].at': '5m' } },
      'spec.set.spec.timeline[0].at: the timeline is changed with spec.timeline: { drop, move, add }',
    ],
    [
      'an empty selector',
      { timeline: { drop: [{}] } },
      'spec.timeline.drop.0: expected at, fault, action or source, such as { fault: node-crash }',
    ],
    ['a misspelt field', { patchez: [] }, 'spec.patchez: unknown field "patchez", did you mean "patches"?'],
  ])('%s', (_name, spec, message) => {
    expect(problems(spec)).toEqual([message]);
  });
});

describe('the comparison', () => {
  test('names the first point where they part, with both causes', () => {
    const path = 'spec.cluster.kubernetes.kubeControllerManager.node-monitor-grace-period';
    const comparison = compareRuns(observed(recorded), observed(changed({ set: { [path]: '20s' } })), 1);
    const { parting } = comparison;
    expect(parting?.before).toMatchObject({ type: 'event', actor: 'node-lifecycle-controller' });
    expect(parting?.whyAfter.map(({ actor }) => actor)).toEqual([
      'node-lifecycle-controller',
      'kubelet/node-1',
      'fault',
    ]);
    expect(parting?.whyAfter[0]?.reason).toBe('no sign of life for 20s');
    const moved = comparison.moments.find(({ text }) => text.startsWith('node node-1 is NotReady'));
    expect((moved?.before ?? 0) - (moved?.after ?? 0)).toBe(30 * SECOND);
    const recovery = comparison.measures.find(({ name }) => name === 'deployment/default/web/recovery-max');
    expect(recovery).toMatchObject({ verdict: 'better' });
    expect(recovery?.difference).toBeCloseTo(-30, 1);
  });

  test('tells what happened in one alone', () => {
    const { moments, expectations } = compareRuns(
      observed(recorded),
      observed(
        changed({
          timeline: { drop: [{ fault: 'node-crash' }] },
          set: { 'spec.expect[0].always': 'available(deployment/web) >= 4' },
        }),
      ),
      1,
    );
    expect(moments.filter(({ after }) => after === undefined).map(({ text }) => text)).toContain(
      'fault: node-1 crashes',
    );
    expect(expectations).toMatchObject([{ name: 'web is up', before: true, after: false }]);
  });

  test('over seeds has means of paired differences with their intervals', () => {
    const other = changed({ timeline: { drop: [{ fault: 'node-crash' }] } });
    const pair = (seed: number): MeasuredPair => [
      observed(withSeed(recorded, seed)).measures,
      observed(withSeed(other, seed)).measures,
    ];
    const pairs = [1, 2, 3, 4, 5].map(pair);
    const differences = measureDifferences(pairs, 1);
    const lost = differences.find(({ name }) => name === 'nodes/not-ready-time');
    expect(lost?.verdict).toBe('better');
    expect(lost?.low).toBeLessThanOrEqual(lost?.difference ?? Number.NaN);
    expect(lost?.high).toBeGreaterThanOrEqual(lost?.difference ?? Number.NaN);
    expect(lost?.difference).toBe((lost?.after ?? 0) - (lost?.before ?? 0));
    expect(measureDifferences(pairs, 1)).toEqual(differences);
  });
});
