import { type KubeObject, keyOf } from '../../../core/api/object.ts';
import { kindFor } from '../../../core/kinds/registry.ts';
import type { EventRecord } from '../../../core/log/record.ts';
import { State } from '../../../core/store/state.ts';
import type { Micros } from '../../../core/time.ts';

/** What a test writes of an object: the rest of its metadata is filled in. */
export interface TestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** A state that a test writes event by event, as a run would. */
export class TestCluster {
  readonly state = new State();
  private rv = 0;
  private readonly slots = new Map<string, number>();

  put(given: TestObject, at: Micros): EventRecord {
    const object = {
      ...given,
      metadata: {
        uid: `uid-${given.kind}-${given.metadata.name}`,
        resourceVersion: '1',
        creationTimestamp: '',
        ...given.metadata,
      },
    } as KubeObject;
    const key = keyOf(object);
    const previous = this.state.getByKey(this.kindOf(object), key);
    return this.record(object, previous === undefined ? 'create' : 'update', previous, object, at);
  }

  remove(given: TestObject, at: Micros): EventRecord {
    const object = given as unknown as KubeObject;
    const previous = this.state.getByKey(this.kindOf(object), keyOf(object));
    return this.record(object, 'delete', previous, undefined, at);
  }

  private kindOf(object: KubeObject) {
    const kind = kindFor(object.apiVersion, object.kind);
    if (kind === undefined) throw new Error(`there is no kind ${object.apiVersion} ${object.kind}`);
    return kind;
  }

  private record(
    object: KubeObject,
    verb: EventRecord['verb'],
    previous: KubeObject | undefined,
    next: KubeObject | undefined,
    t: Micros,
  ): EventRecord {
    const kind = this.kindOf(object);
    const key = keyOf(object);
    const name = `${kind.resource} ${key}`;
    if (verb === 'create') this.slots.set(name, this.slots.size);
    this.rv += 1;
    const slot = this.slots.get(name) ?? 0;
    const { rv } = this;
    const event: EventRecord = {
      type: 'event',
      rv,
      t,
      cause: 0,
      reason: undefined,
      actor: 'test',
      verb,
      kind,
      slot,
      key,
      previous,
      next,
    };
    this.state.apply(event);
    return event;
  }
}
