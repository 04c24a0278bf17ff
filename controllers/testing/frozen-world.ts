import type { NewObject } from '../../core/api/object.ts';
import { kindFor } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Controller } from '../controller.ts';
import { TestWorld } from './world.ts';

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/** A world whose objects can't be changed: a controller that mutates one it was handed throws. */
export class FrozenWorld extends TestWorld {
  constructor(controllers: readonly unknown[]) {
    // Controllers of every memory type; the host never looks into it.
    super(controllers as readonly Controller[]);
    this.journal.subscribe((record) => {
      if (record.type === 'event') freeze(record.next);
    });
  }

  create(object: NewObject, actor = 'user'): void {
    const kind = kindFor(object.apiVersion, object.kind);
    if (kind === undefined) throw new Error(`no kind ${object.apiVersion} ${object.kind}`);
    const result = this.request({ verb: 'create', kind, object }, actor);
    if (!result.ok) throw new Error(result.status.message);
  }

  /** `actor verb resource key` of each record since the last call. */
  story(filter: (record: EventRecord) => boolean = () => true): readonly string[] {
    return this.takeRecords()
      .filter(filter)
      .map(({ actor, verb, kind, key }) => `${actor} ${verb} ${kind.resource} ${key}`);
  }

  /** `reason: message` of the Events that are there. */
  events(): readonly string[] {
    return this.server.state
      .list(this.kind('events'))
      .map((event) => event as unknown as { readonly reason?: string; readonly message?: string })
      .map(({ reason, message }) => `${reason}: ${message}`);
  }
}
