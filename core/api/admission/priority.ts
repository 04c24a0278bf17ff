import { PRIORITY_CLASS } from '../../kinds/registry.ts';
import type { Pod, PodSpec, PriorityClass } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import type { NewObject } from '../object.ts';
import { forbidden, type Status } from '../status.ts';
import { type AdmissionPlugin, nameInMessages, withSpec } from './admission.ts';

interface ResolvedPriority {
  readonly className: string | undefined;
  readonly value: number;
  readonly preemptionPolicy: PodSpec['preemptionPolicy'];
}

/** The two classes that every cluster has (scheduling.SystemPriorityClasses). */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** The API writes a value of zero as an absent field. */
function classValue(priorityClass: PriorityClass): number {
  return priorityClass.value ?? 0;
}

function defaultClass(classes: readonly PriorityClass[]): PriorityClass | undefined {
  let chosen: PriorityClass | undefined;
  for (const candidate of classes) {
    if (candidate.globalDefault !== true) continue;
    // Of several global defaults the lowest value wins (plugin/priority getDefaultPriorityClass).
    if (chosen === undefined || classValue(candidate) < classValue(chosen)) chosen = candidate;
  }
  return chosen;
}

function resolve(spec: PodSpec, view: View): ResolvedPriority | undefined {
  const name = spec.priorityClassName;
  const found =
    name === undefined || name === ''
      ? defaultClass(view.count(PRIORITY_CLASS) === 0 ? [] : view.list(PRIORITY_CLASS))
      : view.getByKey(PRIORITY_CLASS, name);
  if (found !== undefined) {
    return {
      className: found.metadata.name,
      value: classValue(found),
      preemptionPolicy: found.preemptionPolicy ?? 'PreemptLowerPriority',
    };
  }
  if (name === undefined || name === '') {
    return { className: undefined, value: 0, preemptionPolicy: 'PreemptLowerPriority' };
  }
  const system = Object.hasOwn(SYSTEM_CLASSES, name) ? SYSTEM_CLASSES[name] : undefined;
  return system === undefined
    ? undefined
    : { className: name, value: system, preemptionPolicy: 'PreemptLowerPriority' };
}

interface Memo {
  readonly priority: ResolvedPriority;
  readonly spec: PodSpec;
}

const memo = new WeakMap<PodSpec, Memo>();

function samePriority(a: ResolvedPriority, b: ResolvedPriority): boolean {
  return a.className === b.className && a.value === b.value && a.preemptionPolicy === b.preemptionPolicy;
}

function withPriority(spec: PodSpec, priority: ResolvedPriority): PodSpec {
  const known = memo.get(spec);
  if (known !== undefined && samePriority(known.priority, priority)) return known.spec;
  const next: PodSpec = {
    ...spec,
    priority: priority.value,
    priorityClassName: priority.className,
    preemptionPolicy: spec.preemptionPolicy ?? priority.preemptionPolicy,
  };
  memo.set(spec, { priority, spec: next });
  return next;
}

/** Turns `priorityClassName` into `priority` and `preemptionPolicy`. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  handles: (kind) => kind.resource === 'pods',
  admit: (object, kind, view): NewObject | Status => {
    const pod = object as NewObject<Pod>;
    if (pod.spec === undefined) return object;
    const resolved = resolve(pod.spec, view);
    if (resolved === undefined) {
      const detail = `no PriorityClass with name ${pod.spec.priorityClassName} was found`;
      return forbidden(kind, nameInMessages(object), detail);
    }
    return withSpec(object, withPriority(pod.spec, resolved));
  },
};
