import { RUNTIME_CLASS } from '../../kinds/registry.ts';
import { equalAmounts } from '../../quota/amounts.ts';
import type { Pod, PodSpec, RuntimeClass } from '../../schema/types.generated.ts';
import { equalValues } from '../equal.ts';
import type { NewObject } from '../object.ts';
import { forbidden } from '../status.ts';
import { type AdmissionPlugin, nameInMessages, withSpec } from './admission.ts';

/** The RuntimeClass plugin (plugin/pkg/admission/runtimeclass): overhead and placement of the class that a pod names. */

interface Memo {
  readonly runtimeClass: RuntimeClass;
  readonly spec: PodSpec;
}

const memo = new WeakMap<PodSpec, Memo>();

/** Whose nodes the class runs on; what the pod and the class say otherwise of one label can't both hold. */
function conflict(spec: PodSpec, { scheduling }: RuntimeClass): string | undefined {
  for (const [key, value] of Object.entries(scheduling?.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own === undefined || own === value) continue;
    return `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
  }
  return undefined;
}

function completed(spec: PodSpec, runtimeClass: RuntimeClass): PodSpec {
  const known = memo.get(spec);
  if (known?.runtimeClass === runtimeClass) return known.spec;
  const { overhead, scheduling } = runtimeClass;
  const { nodeSelector, tolerations = [] } = scheduling ?? {};
  const own = spec.tolerations ?? [];
  const added = tolerations.filter((one) => !own.some((other) => equalValues(one, other)));
  const next: PodSpec = {
    ...spec,
    ...(overhead?.podFixed === undefined ? {} : { overhead: overhead.podFixed }),
    ...(nodeSelector === undefined ? {} : { nodeSelector: { ...spec.nodeSelector, ...nodeSelector } }),
    ...(added.length === 0 ? {} : { tolerations: [...own, ...added] }),
  };
  memo.set(spec, { runtimeClass, spec: next });
  return next;
}

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  handles: ({ resource }) => resource === 'pods',
  admit(object, kind, view) {
    const { spec } = object as NewObject<Pod>;
    if (spec === undefined || (!spec.runtimeClassName && spec.overhead === undefined)) return object;
    const refuse = (detail: string) => forbidden(kind, nameInMessages(object), `pod rejected: ${detail}`);
    const { overhead, runtimeClassName: name } = spec;
    const found = name ? view.getByKey(RUNTIME_CLASS, name) : undefined;
    if (name && found === undefined) return refuse(`RuntimeClass "${name}" not found`);
    if (found?.overhead === undefined) {
      if (overhead !== undefined && Object.keys(overhead).length > 0) {
        return refuse('Pod Overhead set without corresponding RuntimeClass defined Overhead');
      }
    } else if (overhead !== undefined && !equalAmounts(overhead, found.overhead.podFixed ?? {})) {
      return refuse("Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    }
    if (found === undefined) return object;
    const problem = conflict(spec, found);
    if (problem !== undefined) return forbidden(kind, nameInMessages(object), problem);
    return withSpec(object, completed(spec, found));
  },
};
