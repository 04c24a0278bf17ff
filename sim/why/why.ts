import { objectKey, splitKey } from '../../core/api/object.ts';
import type { KindRef } from '../../core/kinds/kind-ref.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';
import { closest } from '../../core/text/closest.ts';
import type { Micros } from '../../core/time.ts';
import { eventWords } from './event-words.ts';
import { findings } from './findings.ts';
import type { RecordSource } from './record-source.ts';
import { replacementOf } from './replacement.ts';
import { stimulusWords } from './stimulus-words.ts';

export interface WhyTarget {
  readonly kind: KindRef;
  /** Absent for a cluster-scoped kind. */
  readonly namespace?: string;
  readonly name: string;
}

/** One link of a chain of causes. */
export interface WhyStep {
  readonly rv: number;
  readonly t: Micros;
  readonly actor: string;
  readonly verb: EventRecord['verb'] | 'stimulus';
  /** `pod/web-x7k2p`; absent for what came from outside. */
  readonly object: string | undefined;
  readonly namespace: string | undefined;
  /** `bound to node-1`, `spec.replicas 3 → 4`. */
  readonly changes: readonly string[];
  /** Why a timer fired: `it tolerates the taints of its node for 300s`. */
  readonly reason: string | undefined;
  /** Where an action was written: `shop.yaml:31`. */
  readonly source: string | undefined;
}

/** The answer, from the newest step back to what came from outside. */
export interface WhyChain {
  readonly target: string;
  readonly state: 'present' | 'deleted';
  readonly steps: readonly WhyStep[];
  /** What holds the object up now, as its conditions and containers say. */
  readonly findings: readonly string[];
  /** The object that took the place of one that is gone, or going: `pod/web-9xk2c`. */
  readonly replacedBy: string | undefined;
  /** The log holds no record of this number, which the last step names as its cause. */
  readonly missingCause: number | undefined;
}

export type WhyAnswer =
  | { readonly ok: true; readonly chain: WhyChain }
  | {
      readonly ok: false;
      /** `pod/web-1 has never existed`. */
      readonly error: string;
      /** A name that was perhaps meant. */
      readonly suggestion: string | undefined;
      /** When an object that is yet to come was created. */
      readonly createdAt: Micros | undefined;
    };

/** A chain is bounded as its causes always come before; this many links no longer answer a question. */
const STEPS_MAX = 500;

function stepOf(record: LogRecord): WhyStep | undefined {
  const { rv, t } = record;
  if (record.type === 'sample') return undefined;
  if (record.type === 'stimulus') {
    const { actor, action } = record;
    return {
      rv,
      t,
      actor,
      verb: 'stimulus',
      object: undefined,
      namespace: undefined,
      changes: [stimulusWords(record)],
      reason: undefined,
      source: typeof action.source === 'string' && action.source !== '' ? action.source : undefined,
    };
  }
  const { actor, verb, kind, key, reason } = record;
  const { namespace, name } = splitKey(key);
  return {
    rv,
    t,
    actor,
    verb,
    object: `${kind.singular}/${name}`,
    namespace,
    changes: eventWords(record),
    reason,
    source: undefined,
  };
}

export interface Walk {
  readonly steps: readonly WhyStep[];
  readonly missingCause: number | undefined;
}

/** From a record to its cause, and so on to what came from outside. */
export function walk(source: RecordSource, from: LogRecord): Walk {
  const steps: WhyStep[] = [];
  let record: LogRecord | undefined = from;
  while (record !== undefined && steps.length < STEPS_MAX) {
    const step = stepOf(record);
    if (step !== undefined) steps.push(step);
    const cause: number = record.cause;
    if (record.type === 'stimulus' || cause === 0) return { steps, missingCause: undefined };
    record = source.get(cause);
    if (record === undefined) return { steps, missingCause: cause };
  }
  return { steps, missingCause: record?.rv };
}

function absent(
  source: RecordSource,
  { kind, namespace, name }: WhyTarget,
  later: EventRecord | undefined,
): WhyAnswer {
  const target = `${kind.singular}/${name}`;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  if (later !== undefined) {
    return {
      ok: false,
      error: `${target}${where} does not exist yet`,
      suggestion: undefined,
      createdAt: later.t,
    };
  }
  const keys = source.keysOf(kind).map(splitKey);
  const elsewhere = keys.find((key) => key.name === name);
  if (elsewhere !== undefined) {
    const error = `${target} has never existed${where}, but in namespace ${elsewhere.namespace ?? 'none'}`;
    return { ok: false, error, suggestion: undefined, createdAt: undefined };
  }
  const names = keys.filter((key) => key.namespace === namespace).map((key) => key.name);
  const begun = names.filter((candidate) => candidate.startsWith(name));
  const near = begun.at(-1) ?? closest(name, names);
  const suggestion = near === undefined ? undefined : `${kind.singular}/${near}`;
  return { ok: false, error: `${target} has never existed${where}`, suggestion, createdAt: undefined };
}

/** Why an object is as it is at a time, or why it is gone: the chain of causes of its newest event by then. */
export function why(source: RecordSource, target: WhyTarget, at: Micros): WhyAnswer {
  const events = source.eventsOf(target.kind, objectKey(target.namespace, target.name));
  const until = events.filter((event) => event.t <= at);
  const last = until.at(-1);
  if (last === undefined) return absent(source, target, events[0]);
  const { steps, missingCause } = walk(source, last);
  return {
    ok: true,
    chain: {
      target: `${target.kind.singular}/${target.name}`,
      state: last.verb === 'delete' ? 'deleted' : 'present',
      steps,
      findings: last.next === undefined ? [] : findings(last.next),
      replacedBy: replacementOf(source, until),
      missingCause,
    },
  };
}
