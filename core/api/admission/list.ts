import type { Kind } from '../../kinds/kind.ts';
import type { View } from '../../store/view.ts';
import type { NewObject } from '../object.ts';
import type { Status } from '../status.ts';
import { type AdmissionPlugin, isStatus } from './admission.ts';
import { defaultIngressClass, defaultStorageClass } from './default-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';

/**
 * In the order in which the real API server runs them (kubeapiserver/options `AllOrderedPlugins`). ResourceQuota,
 * the last, writes too, and has its own place in each verb.
 */
const ADMISSION_PLUGINS: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  runtimeClass,
  defaultIngressClass,
];

/** What an object becomes before it is validated; the first refusal ends it. Hot path. */
export function admit(object: NewObject, kind: Kind, view: View): NewObject | Status {
  let admitted = object;
  for (const plugin of ADMISSION_PLUGINS) {
    if (plugin.admit === undefined || !plugin.handles(kind)) continue;
    const outcome = plugin.admit(admitted, kind, view);
    if (isStatus(outcome)) return outcome;
    admitted = outcome;
  }
  return admitted;
}

const VALIDATING = ADMISSION_PLUGINS.filter(({ validate }) => validate !== undefined);

/** Why a complete object is not let in, if it isn't. */
export function validateAdmission(
  object: NewObject,
  kind: Kind,
  view: View,
  name: string,
): Status | undefined {
  for (const plugin of VALIDATING) {
    if (!plugin.handles(kind)) continue;
    const refusal = plugin.validate?.(object, kind, view, name);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
