import { type KubeObject, keyOf } from '../../core/api/object.ts';
import { kindFor } from '../../core/kinds/registry.ts';
import type { EventRecord, Stimulus } from '../../core/log/record.ts';
import { State } from '../../core/store/state.ts';
import { DEFAULT_START, type Micros, SECOND } from '../../core/time.ts';
import { InvariantChecker } from '../invariants/checker.ts';
import type { Invariant } from '../invariants/invariant.ts';

/** What a test writes of an object: the rest of its metadata is filled in. */
export interface Written {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

const CLUSTER_SCOPED = new Set(['Node', 'Namespace']);

/** A history that a test makes record by record, under one invariant. */
export class History {
  readonly state = new State();
  readonly checker: InvariantChecker;
  private readonly slots = new Map<string, number>();
  private slot = 0;
  private rv = 0;
  private t: Micros = DEFAULT_START;

  constructor(invariant: Invariant) {
    this.checker = new InvariantChecker([invariant]);
  }

  /** The number of the last record. */
  get last(): number {
    return this.rv;
  }

  after(seconds: number): this {
    this.t += seconds * SECOND;
    return this;
  }

  /** Create or replace; `cause` is the last record unless given. Returns the number of the event. */
  put(actor: string, written: Written, cause: number = this.rv): number {
    const { name } = written.metadata;
    const namespace = CLUSTER_SCOPED.has(written.kind) ? {} : { namespace: 'default' };
    const object = {
      ...written,
      metadata: {
        uid: `${written.kind}-${name}`,
        creationTimestamp: '2026-01-01T00:00:00Z',
        ...namespace,
        ...written.metadata,
      },
    } as unknown as KubeObject;
    return this.write(actor, object, keyOf(object), cause);
  }

  remove(actor: string, kind: string, name: string, cause: number = this.rv): number {
    const key = CLUSTER_SCOPED.has(kind) ? name : `default/${name}`;
    return this.write(
      actor,
      { apiVersion: API_VERSIONS[kind] ?? 'v1', kind } as KubeObject,
      key,
      cause,
      true,
    );
  }

  stimulus(action: Stimulus): number {
    this.rv += 1;
    const actor = action.op === 'fault' ? 'fault' : 'user';
    this.checker.observe({ type: 'stimulus', rv: this.rv, t: this.t, cause: 0, actor, action }, this.state);
    return this.rv;
  }

  /** What was found wrong so far. */
  get violations(): readonly string[] {
    return this.checker.violations.map(({ object, message }) => `${object}: ${message}`);
  }

  /** What is still wrong, now that all is quiet. */
  get unrest(): readonly string[] {
    return this.checker.unrest(this.state, this.t).map(({ message }) => message);
  }

  private write(actor: string, object: KubeObject, key: string, cause: number, removed = false): number {
    const kind = kindFor(object.apiVersion, object.kind);
    if (kind === undefined) throw new Error(`no kind ${object.apiVersion} ${object.kind}`);
    const previous = this.state.getByKey(kind, key);
    if (removed && previous === undefined) throw new Error(`${key} is not there to be removed`);
    const id = `${kind.index} ${key}`;
    let slot = this.slots.get(id);
    if (slot === undefined) {
      slot = this.slot;
      this.slot += 1;
      this.slots.set(id, slot);
    }
    if (removed) this.slots.delete(id);
    this.rv += 1;
    const record: EventRecord = {
      type: 'event',
      rv: this.rv,
      t: this.t,
      cause,
      reason: undefined,
      actor,
      verb: removed ? 'delete' : previous === undefined ? 'create' : 'update',
      kind,
      slot,
      key,
      previous,
      next: removed ? undefined : object,
    };
    this.state.apply(record);
    this.checker.observe(record, this.state);
    return this.rv;
  }
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  CronJob: 'batch/v1',
  Deployment: 'apps/v1',
  Job: 'batch/v1',
  ReplicaSet: 'apps/v1',
  PodDisruptionBudget: 'policy/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
};
