import type { StatusNews } from '../../controllers/autoscaling/cluster-scan.ts';
import {
  STATUS_NAME,
  STATUS_NAMESPACE,
  STATUS_UPDATED,
  statusTime,
} from '../../controllers/autoscaling/cluster-status.ts';
import type { EventRequest } from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import type { KubeObject, NewObject } from '../../core/api/object.ts';
import { CONFIG_MAP } from '../../core/kinds/registry.ts';
import type { ConfigMap } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';

/** The ConfigMap in which the cluster autoscaler tells its status, and on which it writes Events of the whole cluster. */
export class StatusMap {
  private readonly send: (command: Command, cause: Cause, done: (result: Result) => void) => void;
  private readonly event: (request: EventRequest, cause: Cause) => void;
  private readonly clock: { readonly now: Micros };
  private stored: KubeObject | undefined;
  /** Told before the ConfigMap was there. */
  private early: { readonly news: StatusNews; readonly cause: Cause }[] = [];

  constructor(
    send: (command: Command, cause: Cause, done: (result: Result) => void) => void,
    event: (request: EventRequest, cause: Cause) => void,
    clock: { readonly now: Micros },
  ) {
    this.send = send;
    this.event = event;
    this.clock = clock;
  }

  write(text: string, cause: Cause): void {
    const updated = { [STATUS_UPDATED]: statusTime(this.clock.now) };
    if (this.stored !== undefined) {
      this.update(text, updated, cause);
      return;
    }
    const object: NewObject<ConfigMap> = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: STATUS_NAME, namespace: STATUS_NAMESPACE, annotations: updated },
      data: { status: text },
    };
    this.send({ verb: 'create', kind: CONFIG_MAP, object }, cause, (result) => {
      if (result.ok) this.found(result.object);
      // An autoscaler that was here before has made it.
      else if (result.status.reason === 'AlreadyExists') this.update(text, updated, cause);
    });
  }

  tell(news: StatusNews, cause: Cause): void {
    if (this.stored === undefined) {
      this.early.push({ news, cause });
      return;
    }
    this.event({ verb: 'event', regarding: this.stored, ...news }, cause);
  }

  private found(object: KubeObject): void {
    this.stored = object;
    const { early } = this;
    this.early = [];
    for (const { news, cause } of early) this.tell(news, cause);
  }

  private update(text: string, updated: Readonly<Record<string, string>>, cause: Cause): void {
    const change = (stored: KubeObject): KubeObject =>
      ({
        ...stored,
        metadata: { ...stored.metadata, annotations: { ...stored.metadata.annotations, ...updated } },
        data: { status: text },
      }) as KubeObject;
    const command: Command = {
      verb: 'patch',
      kind: CONFIG_MAP,
      namespace: STATUS_NAMESPACE,
      name: STATUS_NAME,
      change,
    };
    this.send(command, cause, (result) => {
      if (result.ok) this.found(result.object);
    });
  }
}
