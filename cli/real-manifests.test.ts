import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { podSummary } from '../core/kinds/print/pod.ts';
import {
  CRON_JOB,
  DAEMON_SET,
  DEPLOYMENT,
  EVENT,
  JOB,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  REPLICA_SET,
  STATEFUL_SET,
} from '../core/kinds/registry.ts';
import type { Event, Pod } from '../core/schema/types.generated.ts';
import type { View } from '../core/store/view.ts';
import type { FileProblem } from '../files/problem.ts';
import { loadInput } from '../files/scenario/load-scenario.ts';
import { runScenario } from '../sim/run.ts';

/**
 * Several hundred manifests that others wrote, each on five default nodes: what becomes of them stands in
 * real-manifests.expected.txt, a line a file. REWRITE=1 writes it anew: commit that only when you know why it changed.
 */
const data = fileURLToPath(new URL('../../shared/data/manifests', import.meta.url));
const expectedFile = fileURLToPath(new URL('real-manifests.expected.txt', import.meta.url));
const folders = ['k8s-examples', 'k8s-website-2021'];
const isThere = folders.every((folder) => existsSync(path.join(data, folder)));

/** Long enough for a progress deadline of ten minutes, or a collection of orphaned pods, to pass. */
const LIMIT = '12m';
const NODES = 5;

/** Kinds that are stored, and that nothing acts on yet. */
const LATER = new Set([
  'APIService',
  'CustomResourceDefinition',
  'Endpoints',
  'MutatingWebhookConfiguration',
  'PodDisruptionBudget',
  'ReplicationController',
  'ValidatingWebhookConfiguration',
]);

/** What Kubernetes serves and wavetank does not yet. */
const NEEDS_LATER_VERSION = 'needs a later version of wavetank';

/** 3 × a, b. */
function counted(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts.keys()]
    .sort()
    .map((text) => (counts.get(text) === 1 ? text : `${counts.get(text)} × ${text}`))
    .join(', ');
}

function placeText({ line, column, path: field, message }: FileProblem): string {
  const place = [line, column].filter((part) => part !== undefined).join(':');
  return [place, field, message.replaceAll(data, '…')].filter((part) => part).join(': ');
}

/** What the scheduler, the runtime or the last warning says of a pod that does not run. */
function complaint(pod: Pod, view: View): string {
  const scheduled = pod.status.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') return ` (${scheduled.message})`;
  const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
  const waiting = statuses.find(({ state }) => state?.waiting?.message !== undefined)?.state?.waiting;
  if (waiting?.message !== undefined) return ` (${waiting.message})`;
  const warnings = view.list(EVENT).filter((event) => {
    const { type, involvedObject } = event as Event;
    return type === 'Warning' && involvedObject.uid === pod.metadata.uid;
  });
  const last = warnings.at(-1) as Event | undefined;
  return last?.message === undefined ? '' : ` (${last.message})`;
}

/** A generated name differs from seed to seed. */
function unnamed(text: string, pod: Pod): string {
  const { name, uid, ownerReferences } = pod.metadata;
  return (ownerReferences === undefined ? text : text.replaceAll(name, 'NAME')).replaceAll(uid, 'UID');
}

function podText(pod: Pod, view: View): string {
  const { status, ready, total } = podSummary(pod);
  const isFine = (status === 'Running' && ready === total) || status === 'Completed';
  return `pod ${status} ${ready}/${total}${isFine ? '' : unnamed(complaint(pod, view), pod)}`;
}

function workloads(view: View): readonly string[] {
  const own = [...view.list(DEPLOYMENT), ...view.list(REPLICA_SET), ...view.list(STATEFUL_SET)].filter(
    ({ metadata }) => metadata.ownerReferences === undefined,
  );
  const available = own.map(({ kind, spec, status }) => {
    return `${kind.toLowerCase()} ${status.availableReplicas ?? 0}/${spec?.replicas ?? 1} available`;
  });
  const daemons = view.list(DAEMON_SET).map(({ status }) => {
    return `daemonset ${status.numberAvailable ?? 0}/${status.desiredNumberScheduled} available`;
  });
  const claims = view.list(PERSISTENT_VOLUME_CLAIM).map(({ status }) => `claim ${status.phase}`);
  const jobs = view.list(JOB).map(({ spec, status }) => {
    const over = status.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
    const wanted = spec.completions === undefined ? '' : `/${spec.completions}`;
    return `job ${over?.type ?? 'Running'} ${status.succeeded ?? 0}${wanted}`;
  });
  const cronJobs = view.list(CRON_JOB).map(() => 'cronjob');
  return [...available, ...daemons, ...claims, ...cronJobs, ...jobs];
}

/** `runs`, `refused` or `later`, and what there is to say. */
function outcomeOf(file: string): string {
  const loaded = loadInput([file], { nodes: NODES, for: LIMIT, seed: 1 });
  if (!loaded.ok) {
    const [first, ...others] = loaded.problems;
    if (first === undefined) throw new Error(`${file} is refused, and nothing is wrong with it`);
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const isLater = loaded.problems.every(({ message }) => message.endsWith(NEEDS_LATER_VERSION));
    return `${isLater ? 'later  ' : 'refused'} ${placeText(first)}${more}`;
  }
  const { scenario } = loaded;
  const { simulation } = runScenario(scenario);
  const { view, refusals } = simulation;
  const [refusal] = refusals;
  if (refusal !== undefined) {
    const more = refusals.length === 1 ? '' : ` (and ${refusals.length - 1} more)`;
    return `refused ${refusal.source}: ${refusal.message}${more}`;
  }
  const kinds = scenario.manifests.map(({ object }) => object.kind);
  const later = kinds.filter((kind) => LATER.has(kind));
  const pods = view.list(POD).map((pod) => podText(pod as Pod, view));
  const parts = [
    ...(later.length === 0 ? [] : [`stored: ${counted(later)}`]),
    ...(workloads(view).length === 0 ? [] : [counted(workloads(view))]),
    ...(pods.length === 0 ? [] : [counted(pods)]),
  ];
  if (parts.length === 0) {
    const gone = kinds.filter((kind) => kind === POD.kind).map((kind) => `${kind}, which is deleted`);
    parts.push(counted([...kinds.filter((kind) => kind !== POD.kind), ...gone]));
  }
  return `${later.length > 0 ? 'later  ' : 'runs   '} ${parts.join('; ')}`;
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(path.join(data, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .map((name) => `${folder}/${name.split(path.sep).join('/')}`)
    .sort();
}

describe.skipIf(!isThere)('manifests of the Kubernetes project', () => {
  test('become what the table says', () => {
    const lines = folders.flatMap(filesUnder).map((file) => `${file}\t${outcomeOf(path.join(data, file))}`);
    const text = `${lines.join('\n').replaceAll(/\s*\n(?!k8s-)\s*/g, ' ')}\n`;
    if (process.env.REWRITE === '1') writeFileSync(expectedFile, text);
    expect(lines.length).toBeGreaterThan(400);
    expect(text).toBe(readFileSync(expectedFile, 'utf8'));
  }, 180_000);
});
