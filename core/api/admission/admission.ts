import type { Kind } from '../../kinds/kind.ts';
import type { View } from '../../store/view.ts';
import type { RequestContext } from '../identity.ts';
import type { KubeObject, NewObject } from '../object.ts';
import type { Status } from '../status.ts';

/** An admission plugin: looks at what is about to be written, changes it or refuses it. */
export interface AdmissionPlugin {
  /** As `--enable-admission-plugins` names it. */
  readonly name: string;
  handles(kind: Kind): boolean;
  /** Before validation, on creation. Returns the object itself when it has nothing to change. */
  readonly admit?: (object: NewObject, kind: Kind, view: View, context: RequestContext) => NewObject | Status;
  /** After validation, when the object is complete and has its `name`. Says why it is refused. */
  readonly validate?: (
    object: NewObject,
    kind: Kind,
    view: View,
    name: string,
    context: RequestContext,
  ) => Status | undefined;
  /** After validation of an update that changes something. Says why it is refused. */
  readonly validateUpdate?: (
    change: Change,
    kind: Kind,
    view: View,
    context: RequestContext,
  ) => Status | undefined;
  /** Before a client's deletion. Says why it is refused. */
  readonly validateDelete?: (
    stored: KubeObject,
    kind: Kind,
    view: View,
    context: RequestContext,
  ) => Status | undefined;
}

/** An update, as admission sees it. */
export interface Change {
  readonly next: KubeObject;
  readonly previous: KubeObject;
  /** `status` and the like; absent for the object itself. */
  readonly subresource?: string;
}

export function isStatus(value: NewObject | Status): value is Status {
  return value.kind === 'Status';
}

/**
 * What a refusal calls an object: names are generated after admission, so one that is to be generated is called by
 * its prefix (apiserver `admission.NewForbidden`).
 */
export function nameInMessages({ metadata }: NewObject): string {
  return metadata.name || metadata.generateName || 'Unknown';
}

/** The same object with another spec: the boundary between objects of any kind and one plugin's kind. */
export function withSpec(object: NewObject, spec: unknown): NewObject {
  return { ...object, spec } as NewObject;
}
