import type { Kind } from '../kinds/kind.ts';
import type { LabelSelector } from '../schema/types.generated.ts';
import type { KubeObject, NewObject } from './object.ts';
import type { OutsideQuestion } from './outside-value.ts';
import type { Status } from './status.ts';

/** `metav1.DeletionPropagation`. */
export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  /** Absent: the pod's own period; 0: at once, without the kubelet's word. */
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: PropagationPolicy;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/**
 * An API request. Writers send whole objects: `update` with the resourceVersion that they read (a conflict if
 * it is stale; absent: no precondition), `updateStatus` through the status subresource. `patch` computes the
 * next object from the stored one at the moment it is applied, so it never conflicts; its function is pure.
 */
export type Command =
  | {
      readonly verb: 'create';
      readonly kind: Kind;
      readonly object: NewObject;
      /** Who manages which field, where the writer has a name for it. */
      readonly managedFields?: readonly unknown[];
    }
  | { readonly verb: 'update'; readonly kind: Kind; readonly object: KubeObject }
  | { readonly verb: 'updateStatus'; readonly kind: Kind; readonly object: KubeObject }
  | {
      readonly verb: 'patch';
      readonly kind: Kind;
      readonly namespace: string | undefined;
      readonly name: string;
      readonly subresource?: 'status';
      /** The object's key, where the caller has it at hand. */
      readonly key?: string;
      /** Refuse unless the stored object has this uid. */
      readonly uid?: string;
      readonly change: (stored: KubeObject) => KubeObject;
    }
  | {
      readonly verb: 'delete';
      readonly kind: Kind;
      readonly namespace: string | undefined;
      readonly name: string;
      readonly options?: DeleteOptions;
    }
  | {
      /** `pods/binding`. */
      readonly verb: 'bind';
      readonly namespace: string;
      readonly name: string;
      readonly uid: string;
      readonly nodeName: string;
    }
  | {
      /** `pods/eviction`: a deletion that asks the PodDisruptionBudgets first. */
      readonly verb: 'evict';
      readonly namespace: string;
      readonly name: string;
      readonly options?: DeleteOptions;
    }
  | {
      /** A list of the metrics APIs, for the pods of a namespace that the selector fits. Reads, and writes nothing. */
      readonly verb: 'podMetrics';
      readonly namespace: string;
      readonly selector: LabelSelector;
      /** `metrics.k8s.io` (CPU and memory of containers) unless a name of `custom.metrics.k8s.io` is given. */
      readonly metric?: string;
    }
  | ({
      /** A metric of another object than a pod, or of what is outside. Reads, and writes nothing. */
      readonly verb: 'outsideMetric';
    } & OutsideQuestion);

/** What a request came to. */
export type Result =
  | {
      readonly ok: true;
      /** The object as stored; for a deletion, as it was last. */
      readonly object: KubeObject;
      /** The event that the request made, or 0 where nothing changed. */
      readonly rv: number;
    }
  | { readonly ok: false; readonly status: Status };

export function refused(status: Status): Result {
  return { ok: false, status };
}
