import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, describe as group, test } from 'vitest';
import { type KubeObject, keyOf } from '../../core/api/object.ts';
import { KINDS } from '../../core/kinds/registry.ts';
import { State } from '../../core/store/state.ts';
import { parseRfc3339, SECOND } from '../../core/time.ts';
import { describe } from '../describe/describe.ts';
import { get } from './get.ts';
import type { Printed } from './printed.ts';

/**
 * What a real kubectl (1.32) printed of a real control plane, at the same objects. Its watch delivered whole seconds
 * of creation times, so that the moment of a command is known to the second alone: any `now` within it may agree.
 */
const TIMELINES = '../shared/data/oracle/timelines';
const NAMESPACE = 'tl';

interface Step {
  readonly t: number;
  readonly command: string;
  readonly stdout: string;
}

interface Recorded {
  readonly t: number;
  readonly resource: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/** Steps that today's Kubernetes prints otherwise, or that show what the recording does not hold, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'drain-uncordon: kubectl get nodes': 'nodes are not in the recording, which is of one namespace',
  'namespace-finalizer: kubectl get cm': 'the recording holds no ConfigMaps',
  'namespace-finalizer: kubectl get cm c -o yaml': 'the recording holds no ConfigMaps',
  'quota-denied: kubectl describe quota q': 'the recording holds no quotas',
  'hpa-object: kubectl get hpa':
    'printed of autoscaling/v1; stored and printed as v2 today: `cpu: <unknown>/50%`',
  'hpa-object: kubectl describe hpa web': 'printed of autoscaling/v1; stored as v2 today',
};

/** Recorded texts that today's Kubernetes prints otherwise in one place: what is printed now, with the reason. */
const CHANGED: Readonly<
  Record<string, { readonly reason: string; readonly edits: readonly [string, string][] }>
> = {
  'daemonset: kubectl describe ds ag': {
    reason: 'a Namespace line came with kubectl 1.33',
    edits: [['Name:           ag\n', 'Name:           ag\nNamespace:      tl\n']],
  },
  'job-parallel: kubectl get job,po': {
    reason: 'a STATUS column came with Kubernetes 1.31',
    edits: [
      ['NAME          COMPLETIONS', 'NAME          STATUS    COMPLETIONS'],
      ['job.batch/j   0/4', 'job.batch/j   Running   0/4'],
    ],
  },
  'pvc-pending: kubectl get pvc': {
    reason: 'a VOLUMEATTRIBUTESCLASS column came with Kubernetes 1.31',
    edits: [
      ['STORAGECLASS   AGE', 'STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE'],
      ['3s\n', '<unset>                 3s\n'],
    ],
  },
};

function expected({ stdout }: Step, title: string): string {
  let text = stdout;
  for (const [from, to] of CHANGED[title]?.edits ?? []) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  return text;
}

function lines<T>(file: string): readonly T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line, (_key, value: unknown) => value ?? undefined) as T);
}

/** Every object that the watch had told of by then. */
function stateAt(records: readonly Recorded[], t: number): State {
  const state = new State();
  const slots = new Map<string, number>();
  let rv = 0;
  for (const record of records) {
    if (record.t > t) break;
    const kind = KINDS.find((candidate) => candidate.plural === record.resource)!;
    const object = { ...record.object, apiVersion: kind.apiVersion };
    const key = keyOf(object);
    const id = `${kind.resource} ${key}`;
    const previous = state.getByKey(kind, key);
    const verb =
      record.type === 'DELETED' ? 'delete' : previous === undefined ? 'create' : ('update' as const);
    if (verb === 'create') slots.set(id, slots.size);
    rv += 1;
    const next = verb === 'delete' ? undefined : object;
    const slot = slots.get(id)!;
    const event = { type: 'event', rv, t: 0, cause: 0, reason: undefined, actor: 'recorded' } as const;
    state.apply({ ...event, verb, kind, slot, key, previous, next });
  }
  return state;
}

/** Bounds of the moment at which the recording began, from the creation times of what it saw created. */
function startBounds(records: readonly Recorded[]): readonly [number, number] {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const { type, t, object } of records) {
    if (type !== 'ADDED') continue;
    const created = parseRfc3339(object.metadata.creationTimestamp)!;
    low = Math.max(low, created - t * SECOND);
    high = Math.min(high, created + SECOND - t * SECOND);
  }
  return [low, high];
}

/** A watch event comes this much after the write at most, and a command prints this much after it was started. */
const DELAY = 0.3 * SECOND;
const STEP = 0.02 * SECOND;

function run(state: State, now: number, words: readonly string[]): Printed {
  const [, verb, ...rest] = words;
  const names: string[] = [];
  const options: Record<string, string | boolean> = { namespace: NAMESPACE };
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index]!;
    if (word === '-o') options.output = rest[++index]!;
    else if (word === '--show-labels') options.showLabels = true;
    else if (word.startsWith('--sort-by=')) options.sortBy = word.slice('--sort-by='.length);
    else names.push(word);
  }
  return verb === 'get' ? get(state, now, names, options) : describe(state, now, names, options);
}

/** What is printed at the first moment of the step's second that agrees, or else in the middle of it. */
function printedAt(records: readonly Recorded[], step: Step, wanted: string): string {
  const state = stateAt(records, step.t);
  const [low, high] = startBounds(records);
  const words = step.command.split(' ');
  const at = (start: number) => run(state, start + step.t * SECOND, words).out;
  for (let start = low; start <= high + 2 * DELAY; start += STEP) {
    const text = at(start);
    if (text === wanted) return text;
  }
  return at((low + high) / 2 + DELAY);
}

const SUPPORTED = /^kubectl (get|describe) /;

group.skipIf(!existsSync(TIMELINES))('prints as the real kubectl did (skipped without the recording)', () => {
  const names = existsSync(TIMELINES) ? readdirSync(TIMELINES).sort() : [];
  const steps = names.flatMap((name) => {
    const all = JSON.parse(readFileSync(`${TIMELINES}/${name}/steps.json`, 'utf8')) as readonly Step[];
    return all
      .filter((step) => SUPPORTED.test(step.command))
      .map((step) => ({ name, step, title: `${name}: ${step.command}` }));
  });

  test('the recording has commands to compare', () => {
    expect(steps.length).toBeGreaterThan(20);
    const titles = steps.map(({ title }) => title);
    for (const title of Object.keys(EXCEPTIONS)) expect(titles).toContain(title);
  });

  const compared = steps.filter(({ title }) => EXCEPTIONS[title] === undefined);
  test.each(compared)('$title', ({ name, step, title }) => {
    const records = lines<Recorded>(`${TIMELINES}/${name}/events.jsonl`);
    const wanted = expected(step, title);
    expect(printedAt(records, step, wanted)).toBe(wanted);
  });
});
