import { controllerOf, type OwnerReference, objectKey } from '../../../core/api/object.ts';
import { compileSelector, formatLabels, formatSelector, type Matcher } from '../../../core/labels.ts';
import type {
  LabelSelector,
  Pod,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
} from '../../../core/schema/types.generated.ts';

/** Pods of a namespace with certain labels. Two with the same key take the same pods. */
export interface PodSelector {
  readonly key: string;
  readonly namespace: string | undefined;
  readonly matches: Matcher;
}

/** A workload that owns pods and selects them, other than a Deployment, which owns none. */
export type PodOwner = ReplicaSet | StatefulSet | ReplicationController;

interface Remembered {
  readonly version: number;
  readonly namespace: string | undefined;
  readonly owners: readonly OwnerReference[] | undefined;
  readonly selector: PodSelector | undefined;
}

interface KnownService {
  readonly selector: Readonly<Record<string, string>>;
  readonly matches: Matcher;
}

/** The kinds and groups that count (`helper.DefaultSelector`): a name in another group is another kind. */
const GROUPS: Readonly<Record<string, string>> = {
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  ReplicationController: 'v1',
};

const NO_SERVICES: ReadonlyMap<string, KnownService> = new Map();

function selectorOfOwner(owner: PodOwner): LabelSelector | undefined {
  if (owner.kind !== 'ReplicationController') return (owner as ReplicaSet | StatefulSet).spec.selector;
  return { matchLabels: (owner as ReplicationController).spec.selector };
}

/** Services and workloads, for the one question to which pods a pod belongs. */
export class PodOwners {
  readonly #services = new Map<string, Map<string, KnownService>>();
  readonly #selectors = new Map<string, LabelSelector | undefined>();
  /** By the identity of labels: the pods of a template share theirs. */
  readonly #remembered = new WeakMap<object, Remembered>();
  readonly #byKey = new Map<string, PodSelector>();
  #version = 0;

  setService(service: Service, exists: boolean): void {
    const { namespace = '', name } = service.metadata;
    const selector = exists ? service.spec.selector : undefined;
    const known = this.#services.get(namespace)?.get(name);
    if (known?.selector === selector) return;
    this.#version += 1;
    if (selector === undefined) {
      this.#services.get(namespace)?.delete(name);
      return;
    }
    let services = this.#services.get(namespace);
    if (services === undefined) {
      services = new Map();
      this.#services.set(namespace, services);
    }
    services.set(name, { selector, matches: compileSelector({ matchLabels: selector }) });
  }

  setOwner(owner: PodOwner, exists: boolean): void {
    const { namespace, name } = owner.metadata;
    const key = `${owner.kind} ${objectKey(namespace, name)}`;
    if (!exists) {
      if (this.#selectors.delete(key)) this.#version += 1;
      return;
    }
    const selector = selectorOfOwner(owner);
    const known = this.#selectors.get(key);
    // A workload's selector can't change, but its object does with every pod.
    if (known !== undefined && (known === selector || known.matchLabels === selector?.matchLabels)) {
      if (known.matchExpressions === selector?.matchExpressions) return;
    }
    this.#selectors.set(key, selector);
    this.#version += 1;
  }

  /**
   * The pods among which a pod is one of many: what all Services that take it, and the workload that owns it, have
   * in common (`helper.DefaultSelector` of kube-scheduler). `undefined`: it belongs to none of them.
   */
  selectorOf(pod: Pod): PodSelector | undefined {
    const { labels, namespace, ownerReferences } = pod.metadata;
    const known = labels === undefined ? undefined : this.#remembered.get(labels);
    if (
      known?.version === this.#version &&
      known.namespace === namespace &&
      known.owners === ownerReferences
    ) {
      return known.selector;
    }
    const selector = this.#find(pod);
    if (labels !== undefined) {
      this.#remembered.set(labels, {
        version: this.#version,
        namespace,
        owners: ownerReferences,
        selector,
      });
    }
    return selector;
  }

  #find(pod: Pod): PodSelector | undefined {
    const { namespace, labels } = pod.metadata;
    const ofServices: Record<string, string> = {};
    for (const { selector, matches } of (this.#services.get(namespace ?? '') ?? NO_SERVICES).values()) {
      if (matches(labels)) Object.assign(ofServices, selector);
    }
    const ofOwner = this.#ownersSelector(pod);
    const isEmpty = Object.keys(ofServices).length === 0;
    if (isEmpty && (ofOwner === undefined || isEmptySelector(ofOwner))) return undefined;
    const key = `${namespace ?? ''} ${formatLabels(ofServices)} ${ofOwner === undefined ? '' : formatSelector(ofOwner)}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const taken = compileSelector({ matchLabels: ofServices });
    const owned = ofOwner === undefined ? undefined : compileSelector(ofOwner);
    const matches: Matcher = owned === undefined ? taken : (theirs) => taken(theirs) && owned(theirs);
    const selector: PodSelector = { key, namespace, matches };
    this.#byKey.set(key, selector);
    return selector;
  }

  #ownersSelector(pod: Pod): LabelSelector | undefined {
    const owner = controllerOf(pod);
    if (owner === undefined || GROUPS[owner.kind] !== owner.apiVersion) return undefined;
    return this.#selectors.get(`${owner.kind} ${objectKey(pod.metadata.namespace, owner.name)}`);
  }
}

function isEmptySelector({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions?.length ?? 0) === 0;
}
