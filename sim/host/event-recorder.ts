import type { EventRequest } from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import type { KubeObject, NewObject } from '../../core/api/object.ts';
import { EVENT } from '../../core/kinds/registry.ts';
import type { Event, EventSource, ObjectReference } from '../../core/schema/types.generated.ts';
import { MINUTE, type Micros, rfc3339, rfc3339Micro, SECOND } from '../../core/time.ts';
import type { Cause } from '../actor.ts';

/** client-go `tools/record` events_cache: after this many different messages of one kind they are told as one. */
const AGGREGATE_AT = 10;
/** … if they fall within ten minutes of each other. */
const AGGREGATE_WITHIN = 10 * MINUTE;
/** `maxLruCacheEntries`. */
const CACHE_ENTRIES = 4096;
/** `defaultSpamBurst`, and one more every five minutes (`defaultSpamQPS` 1/300). */
const SPAM_BURST = 25;
const SPAM_REFILL = 300 * SECOND;
/** client-go `tools/events` `finishTime`: a series is over when it was not seen for this long. */
const SERIES_FINISHED_AFTER = 6 * MINUTE;

interface Observed {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
}

/** What is told, in the words in which it is: many similar ones share a message. */
interface Told {
  readonly request: EventRequest;
  readonly component: string;
  readonly message: string;
}

interface Similar {
  readonly messages: Set<string>;
  readonly lastSeen: Micros;
}

interface SpamBucket {
  readonly tokens: number;
  readonly at: Micros;
}

/** Where the recorder writes: a client of its own, since Events never wait behind a controller's requests. */
export type EventWriter = (command: Command, cause: Cause, done?: (result: Result) => void) => void;

/** A map that forgets what was used least recently. */
class RecentlyUsed<V> {
  private readonly entries = new Map<string, V>();

  get(key: string): V | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= CACHE_ENTRIES) return;
    const oldest = this.entries.keys().next();
    if (oldest.done !== true) this.entries.delete(oldest.value);
  }

  clear(): void {
    this.entries.clear();
  }
}

function referenceTo(object: KubeObject, fieldPath: string | undefined): ObjectReference {
  const { metadata } = object;
  return {
    kind: object.kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    apiVersion: object.apiVersion,
    resourceVersion: metadata.resourceVersion,
    fieldPath,
  };
}

/**
 * One component's event recorder: counts repeats into one object, tells many similar events as one, and drops
 * a source that floods, by the rules of client-go.
 */
export class EventRecorder {
  private readonly component: string;
  private readonly host: string | undefined;
  private readonly write: EventWriter;
  private readonly sources = new Map<string, EventSource>();
  private readonly observed = new RecentlyUsed<Observed>();
  private readonly similar = new RecentlyUsed<Similar>();
  private readonly spam = new RecentlyUsed<SpamBucket>();
  private lastNanos = 0n;

  constructor(component: string, host: string | undefined, write: EventWriter) {
    this.component = component;
    this.host = host;
    this.write = write;
  }

  /** A crash forgets what was counted: the next repeat is an Event of its own. */
  forget(): void {
    this.observed.clear();
    this.similar.clear();
    this.spam.clear();
  }

  record(request: EventRequest, cause: Cause, now: Micros): void {
    const component = request.component ?? this.component;
    const { uid, name } = request.regarding.metadata;
    const about = `${component}/${request.regarding.kind}/${uid === '' ? name : uid}`;
    const fieldPath = request.fieldPath ?? '';
    if (request.action !== undefined) {
      this.recordSeries(request, component, `${about}/${fieldPath}`, cause, now);
      return;
    }
    const similarKey = `${about}/${request.eventType}/${request.reason}`;
    const message = this.aggregated(similarKey, request.message, now);
    const key = message === request.message ? `${similarKey}/${fieldPath}/${message}` : similarKey;
    const known = this.observed.get(key);
    const observed: Observed = {
      namespace: request.regarding.metadata.namespace ?? 'default',
      name: known?.name ?? this.eventName(request.regarding, now),
      firstSeen: known?.firstSeen ?? now,
      lastSeen: now,
      count: (known?.count ?? 0) + 1,
    };
    this.observed.set(key, observed);
    // What the filter drops has been counted all the same (`EventCorrelate`).
    if (!this.withinRate(about, now)) return;
    const told = { request, component, message };
    if (known === undefined) this.create(told, observed, cause);
    else this.repeat(told, observed, cause);
  }

  private withinRate(key: string, now: Micros): boolean {
    const known = this.spam.get(key);
    const refilled = known === undefined ? SPAM_BURST : known.tokens + (now - known.at) / SPAM_REFILL;
    const tokens = Math.min(SPAM_BURST, refilled);
    const allowed = tokens >= 1;
    this.spam.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now });
    return allowed;
  }

  private aggregated(key: string, message: string, now: Micros): string {
    const known = this.similar.get(key);
    const fresh = known === undefined || now - known.lastSeen > AGGREGATE_WITHIN;
    const messages = fresh ? new Set<string>() : known.messages;
    if (messages.size < AGGREGATE_AT) messages.add(message);
    this.similar.set(key, { messages, lastSeen: now });
    return messages.size < AGGREGATE_AT ? message : `(combined from similar events): ${message}`;
  }

  private source(component: string): EventSource {
    let source = this.sources.get(component);
    if (source === undefined) {
      source = { component, host: this.host };
      this.sources.set(component, source);
    }
    return source;
  }

  /** `NAME.HEX`, where the real recorder puts the nanoseconds of its clock; here never the same twice. */
  private eventName(object: KubeObject, now: Micros): string {
    const nanos = BigInt(now) * 1000n;
    this.lastNanos = nanos > this.lastNanos ? nanos : this.lastNanos + 1n;
    return [object.metadata.name, this.lastNanos.toString(16)].join('.');
  }

  private create({ request, component, message }: Told, observed: Observed, cause: Cause): void {
    const { namespace, name, firstSeen, lastSeen, count } = observed;
    const firstTimestamp = rfc3339(firstSeen);
    const object: NewObject<Event> = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: referenceTo(request.regarding, request.fieldPath),
      reason: request.reason,
      message,
      source: this.source(component),
      firstTimestamp,
      lastTimestamp: firstSeen === lastSeen ? firstTimestamp : rfc3339(lastSeen),
      count,
      type: request.eventType,
      eventTime: undefined,
      series: undefined,
      action: undefined,
      reportingComponent: component,
      reportingInstance: this.host ?? '',
    };
    this.write({ verb: 'create', kind: EVENT, object }, cause);
  }

  private repeat(told: Told, observed: Observed, cause: Cause): void {
    const { namespace, name, count, lastSeen } = observed;
    const { message } = told;
    const lastTimestamp = rfc3339(lastSeen);
    const change = (stored: KubeObject): KubeObject =>
      ({ ...stored, count, lastTimestamp, message }) as KubeObject;
    this.write({ verb: 'patch', kind: EVENT, namespace, name, change }, cause, (result) => {
      // Its time to live has ended, or the first was dropped by the filter: it is written whole (`recordEvent`).
      if (!result.ok && result.status.reason === 'NotFound') this.create(told, observed, cause);
    });
  }

  /** The recorder of events.k8s.io/v1: a repeat makes a series; further ones are counted without a write. */
  private recordSeries(
    request: EventRequest,
    component: string,
    objectKey: string,
    cause: Cause,
    now: Micros,
  ): void {
    const key = `${objectKey}/${request.eventType}/${request.reason}/${request.action}`;
    const known = this.observed.get(key);
    if (known !== undefined && now - known.lastSeen <= SERIES_FINISHED_AFTER) {
      const count = known.count + 1;
      this.observed.set(key, { ...known, count, lastSeen: now });
      if (count > 2) return;
      const series = { count, lastObservedTime: rfc3339Micro(now) };
      const change = (stored: KubeObject): KubeObject => ({ ...stored, series }) as KubeObject;
      this.write({ verb: 'patch', kind: EVENT, namespace: known.namespace, name: known.name, change }, cause);
      return;
    }
    const namespace = request.regarding.metadata.namespace ?? 'default';
    const name = this.eventName(request.regarding, now);
    const object: NewObject<Event> = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: referenceTo(request.regarding, request.fieldPath),
      reason: request.reason,
      message: request.message,
      source: undefined,
      firstTimestamp: undefined,
      lastTimestamp: undefined,
      count: undefined,
      type: request.eventType,
      eventTime: rfc3339Micro(now),
      series: undefined,
      action: request.action,
      reportingComponent: component,
      reportingInstance: this.host ?? component,
    };
    this.observed.set(key, { namespace, name, count: 1, firstSeen: now, lastSeen: now });
    this.write({ verb: 'create', kind: EVENT, object }, cause);
  }
}
