import type { Kind } from '../../kinds/kind.ts';
import type { View } from '../../store/view.ts';
import type { RequestContext } from '../identity.ts';
import type { KubeObject, NewObject } from '../object.ts';
import type { Status } from '../status.ts';
import { type AdmissionPlugin, type Change, isStatus } from './admission.ts';
import { certificateSigning, certificateSubjectRestriction } from './certificates.ts';
import { persistentVolumeClaimResize } from './claim-resize.ts';
import { defaultIngressClass, defaultStorageClass } from './default-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { podSecurity } from './pod-security.ts';
import { priority } from './priority.ts';
import { rbacEscalation } from './rbac-escalation.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-protection.ts';
import { taintNodesByCondition } from './taint-new-nodes.ts';

/**
 * In the order in which the real API server runs them (kubeapiserver/options `AllOrderedPlugins`). ResourceQuota,
 * the last, writes too, and has its own place in each verb.
 */
const ADMISSION_PLUGINS: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  rbacEscalation,
];

type Admit = NonNullable<AdmissionPlugin['admit']>;
type Validate = NonNullable<AdmissionPlugin['validate']>;
type ValidateUpdate = NonNullable<AdmissionPlugin['validateUpdate']>;
type ValidateDelete = NonNullable<AdmissionPlugin['validateDelete']>;

/** The plugins that have something to say about a kind, found once for each. */
class PerKind<T> {
  private readonly known: (readonly T[] | undefined)[] = [];
  private readonly pick: (plugin: AdmissionPlugin) => T | undefined;

  constructor(pick: (plugin: AdmissionPlugin) => T | undefined) {
    this.pick = pick;
  }

  of(kind: Kind): readonly T[] {
    return this.known[kind.index] ?? this.find(kind);
  }

  private find(kind: Kind): readonly T[] {
    const found = ADMISSION_PLUGINS.filter((plugin) => plugin.handles(kind))
      .map(this.pick)
      .filter((one) => one !== undefined);
    this.known[kind.index] = found;
    return found;
  }
}

const admitting = new PerKind<Admit>(({ admit: change }) => change);
const validating = new PerKind<Validate>(({ validate }) => validate);
const validatingDeletions = new PerKind<ValidateDelete>(({ validateDelete }) => validateDelete);
const validatingUpdates = new PerKind<ValidateUpdate>(({ validateUpdate }) => validateUpdate);

/** What an object becomes before it is validated; the first refusal ends it. Hot path. */
export function admit(
  object: NewObject,
  kind: Kind,
  view: View,
  context: RequestContext,
): NewObject | Status {
  let admitted = object;
  for (const change of admitting.of(kind)) {
    const outcome = change(admitted, kind, view, context);
    if (isStatus(outcome)) return outcome;
    admitted = outcome;
  }
  return admitted;
}

/** Why a complete object is not let in, if it isn't. Hot path. */
export function validateAdmission(
  object: NewObject,
  kind: Kind,
  view: View,
  name: string,
  context: RequestContext,
): Status | undefined {
  for (const validate of validating.of(kind)) {
    const refusal = validate(object, kind, view, name, context);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Why a change is not let in, if it isn't. */
export function validateChange(
  change: Change,
  kind: Kind,
  view: View,
  context: RequestContext,
): Status | undefined {
  for (const validate of validatingUpdates.of(kind)) {
    const refusal = validate(change, kind, view, context);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Why a client may not delete something, if it may not. */
export function validateDeletion(
  stored: KubeObject,
  kind: Kind,
  view: View,
  context: RequestContext,
): Status | undefined {
  for (const validate of validatingDeletions.of(kind)) {
    const refusal = validate(stored, kind, view, context);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
