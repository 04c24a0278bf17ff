import { controllerOf, type KubeObject } from '../../core/api/object.ts';
import type { RenewedLeaseSpec } from '../../core/kinds/lease.ts';
import type { EventRecord } from '../../core/log/record.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { ContainerState, ContainerStatus, Taint } from '../../core/schema/types.generated.ts';
import { changeText, type FieldChange, fieldChanges } from '../diff/fields.ts';

/** A change of an object in words that a person reads, most telling first. */

/** More would be a diff, not an answer. */
const WORDS_MAX = 5;

/** Bookkeeping that comes with every change. */
const BOOKKEEPING =
  /^(?:apiVersion|kind|metadata\.(?:resourceVersion|generation|managedFields|uid|selfLink)(?:$|[.[]))/;
/** Told where nothing else has changed: what follows from other fields, and times that come with what they time. */
const MINOR =
  /observedGeneration$|(?:pod|host|cluster)IPs$|(?:Time|Timestamp|timeAdded|startedAt|finishedAt)$/;
/** Told in their own words. */
const TOLD =
  /^(?:status\.phase|status\.conditions|status\.(?:initContainer|container)Statuses|spec\.taints)(?:$|[.[])/;

type Fields = Readonly<Record<string, unknown>>;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

function part(object: KubeObject, name: 'spec' | 'status'): Fields {
  const value = (object as unknown as Fields)[name];
  return isJsonObject(value) ? value : {};
}

/** Lists of the API are as its schema says; an object in the store has been decoded by it. */
function listOf<T>(fields: Fields, name: string): readonly T[] {
  const value = fields[name];
  return Array.isArray(value) ? (value as readonly T[]) : [];
}

function withReason(text: string, reason: string | undefined): string {
  return reason === undefined || reason === '' ? text : `${text} (${reason})`;
}

/** Conditions that go with Ready, and say nothing more where it is told. */
const GOES_WITH_READY = new Set(['ContainersReady', 'PodReadyToStartContainers']);

function conditionWord(known: Condition | undefined, next: Condition): string | undefined {
  const { type, status, reason, message } = next;
  if (known === undefined) return withReason(`condition ${type} is ${status}`, reason);
  if (known.status !== status) return withReason(`condition ${type} ${known.status} → ${status}`, reason);
  if (known.reason !== reason) {
    return `condition ${type} still ${status}: ${known.reason ?? 'no reason'} → ${reason ?? 'no reason'}`;
  }
  if (known.message !== message) return `condition ${type} still ${status}: ${message ?? 'no message'}`;
  return undefined;
}

/** Readiness first: it is what others act upon. */
function conditionWords(previous: KubeObject, next: KubeObject): readonly string[] {
  const before = listOf<Condition>(part(previous, 'status'), 'conditions');
  const after = listOf<Condition>(part(next, 'status'), 'conditions');
  const words = new Map<string, string>();
  for (const condition of after) {
    const known = before.find(({ type }) => type === condition.type);
    const word = conditionWord(known, condition);
    if (word !== undefined) words.set(condition.type, word);
  }
  for (const { type } of before) {
    if (!after.some((condition) => condition.type === type)) words.set(type, `condition ${type} removed`);
  }
  const ready = words.get('Ready');
  const others = [...words].filter(
    ([type]) => type !== 'Ready' && (ready === undefined || !GOES_WITH_READY.has(type)),
  );
  return [...(ready === undefined ? [] : [ready]), ...others.map(([, word]) => word)];
}

function taintText({ key, value, effect }: Taint): string {
  return `${key}${value === undefined || value === '' ? '' : `=${value}`}:${effect}`;
}

function taintWords(previous: KubeObject, next: KubeObject): readonly string[] {
  const before = listOf<Taint>(part(previous, 'spec'), 'taints').map(taintText);
  const after = listOf<Taint>(part(next, 'spec'), 'taints').map(taintText);
  return [
    ...after.filter((taint) => !before.includes(taint)).map((taint) => `taint ${taint} added`),
    ...before.filter((taint) => !after.includes(taint)).map((taint) => `taint ${taint} removed`),
  ];
}

function stateText(state: ContainerState | undefined): string {
  if (state?.running !== undefined) return 'running';
  if (state?.terminated !== undefined) {
    return withReason(`exited with ${state.terminated.exitCode}`, state.terminated.reason);
  }
  return withReason('waiting', state?.waiting?.reason);
}

function containerWords(previous: KubeObject, next: KubeObject): readonly string[] {
  const words: string[] = [];
  for (const list of ['initContainerStatuses', 'containerStatuses']) {
    const before = listOf<ContainerStatus>(part(previous, 'status'), list);
    for (const { name, state, restartCount, ready } of listOf<ContainerStatus>(part(next, 'status'), list)) {
      const known = before.find((status) => status.name === name);
      const from = known === undefined ? undefined : stateText(known.state);
      const to = stateText(state);
      if (from === undefined) words.push(`container ${name} ${to}`);
      else if (from !== to) words.push(`container ${name} ${from} → ${to}`);
      const restarts = known?.restartCount ?? 0;
      if (restartCount !== restarts) words.push(`container ${name} restarts ${restarts} → ${restartCount}`);
      else if (known !== undefined && known.ready !== ready && from === to) {
        words.push(`container ${name} ${ready ? 'ready' : 'not ready'}`);
      }
    }
  }
  return words;
}

function deletionWords(previous: KubeObject, next: KubeObject): readonly string[] {
  const { metadata } = next;
  if (metadata.deletionTimestamp === undefined || previous.metadata.deletionTimestamp !== undefined)
    return [];
  const grace = metadata.deletionGracePeriodSeconds;
  const waits = metadata.finalizers ?? [];
  const told = waits.length > 0 ? `waiting for ${waits.join(', ')}` : `grace period ${grace ?? 0}s`;
  return [`marked for deletion (${told})`];
}

function bindingWords(previous: KubeObject, next: KubeObject): readonly string[] {
  const before = part(previous, 'spec').nodeName;
  const after = part(next, 'spec').nodeName;
  if (next.kind !== 'Pod' || before === after || typeof after !== 'string') return [];
  return [`bound to ${after}`];
}

function leaseWords(previous: KubeObject, next: KubeObject): readonly string[] {
  if (next.kind !== 'Lease') return [];
  const before = part(previous, 'spec') as RenewedLeaseSpec;
  const after = part(next, 'spec') as RenewedLeaseSpec;
  if (before.renewEverySeconds === after.renewEverySeconds) return [];
  if (after.renewEverySeconds !== undefined) return [`renewed every ${after.renewEverySeconds}s from now on`];
  return [`renewals stop: last renewed at ${after.renewTime ?? 'no time'}`];
}

function phaseWords(previous: KubeObject, next: KubeObject): readonly string[] {
  const before = part(previous, 'status').phase;
  const after = part(next, 'status').phase;
  if (before === after || after === undefined) return [];
  return [before === undefined ? `phase ${after}` : `phase ${before} → ${after}`];
}

/** The path whose change is already told in other words. */
function isTold({ path }: FieldChange, kind: string): boolean {
  if (TOLD.test(path)) return true;
  if (path === 'metadata.deletionTimestamp' || path === 'metadata.deletionGracePeriodSeconds') return true;
  if (kind === 'Pod' && path === 'spec.nodeName') return true;
  return kind === 'Lease' && (path === 'spec.renewEverySeconds' || path === 'spec.renewTime');
}

/** What a Secret holds is nobody's business. */
function isSecret({ path }: FieldChange, kind: string): boolean {
  return kind === 'Secret' && /^(?:data|stringData)(?:$|[.[])/.test(path);
}

function fieldWords(previous: KubeObject, next: KubeObject, othersTold: boolean): readonly string[] {
  const changes = fieldChanges(previous, next).filter(
    (change) => !BOOKKEEPING.test(change.path) && !isTold(change, next.kind),
  );
  const major = changes.filter(({ path }) => !MINOR.test(path));
  const shown = major.length > 0 ? major : othersTold ? [] : changes;
  return shown.map((change) => (isSecret(change, next.kind) ? `${change.path} changed` : changeText(change)));
}

function updateWords(previous: KubeObject, next: KubeObject): readonly string[] {
  const words = [
    ...deletionWords(previous, next),
    ...bindingWords(previous, next),
    ...taintWords(previous, next),
    ...leaseWords(previous, next),
    ...phaseWords(previous, next),
    ...containerWords(previous, next),
    ...conditionWords(previous, next),
  ];
  const all = [...words, ...fieldWords(previous, next, words.length > 0)];
  if (all.length === 0) return ['written without a change'];
  if (all.length <= WORDS_MAX) return all;
  return [...all.slice(0, WORDS_MAX), `and ${all.length - WORDS_MAX} more changes`];
}

function creationWords(next: KubeObject): readonly string[] {
  const owner = controllerOf(next);
  return [owner === undefined ? 'created' : `created for ${owner.kind.toLowerCase()}/${owner.name}`];
}

/** What an event changed. */
export function eventWords({ verb, previous, next }: EventRecord): readonly string[] {
  if (verb === 'delete' || next === undefined) return ['deleted'];
  return previous === undefined ? creationWords(next) : updateWords(previous, next);
}
