import type {
  Container,
  EphemeralContainer,
  ObjectMeta,
  PodSpec,
  SecurityContext,
} from '../../../schema/types.generated.ts';

/**
 * A control of the Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards/), and
 * what the real plugin says of a pod that doesn't keep to it (pod-security-admission `policy`).
 */
export interface PodLike {
  readonly metadata: Pick<ObjectMeta, 'annotations'>;
  readonly spec: PodSpec;
}

export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export type Inspect = (pod: PodLike) => Violation | undefined;

export interface Check {
  /** As the real plugin calls it: their order is the order in messages. */
  readonly id: string;
  /** The minor version that it came with, and those that changed it, in rising order. */
  readonly versions: readonly { readonly since: number; readonly inspect: Inspect }[];
  /** Checks of the baseline that this one takes the place of. */
  readonly overrides?: readonly string[];
}

export type AnyContainer = Container | EphemeralContainer;

export function containersOf({ spec }: PodLike): readonly AnyContainer[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

export function plural(one: string, many: string, count: number): string {
  return count === 1 ? one : many;
}

export function quoted(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(', ');
}

/** `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural('container', 'containers', names.length)} ${quoted(names)}`;
}

/** Each once, in order. */
export function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
}

export function namesWhere(pod: PodLike, isSo: (container: AnyContainer) => boolean): readonly string[] {
  return containersOf(pod)
    .filter(isSo)
    .map(({ name }) => name);
}

/** `pod and container "a"`: who has set something for itself. */
export function settersText(
  isPod: boolean,
  containers: readonly string[],
  more: readonly string[] = [],
): string {
  return [
    ...(isPod ? ['pod'] : []),
    ...(containers.length > 0 ? [containersText(containers)] : []),
    ...more,
  ].join(' and ');
}

/** A field of security contexts that may hold some values and no others, on the pod and on its containers. */
export interface SetInContext {
  readonly isPod: boolean;
  readonly containers: readonly string[];
  readonly values: readonly string[];
}

type Context = Pick<
  SecurityContext,
  'seccompProfile' | 'appArmorProfile' | 'seLinuxOptions' | 'windowsOptions'
>;

/** What of a context is wrong, value by value, for the pod and each of its containers. */
export function setInContexts(pod: PodLike, wrong: (context: Context) => readonly string[]): SetInContext {
  const ofPod = pod.spec.securityContext === undefined ? [] : wrong(pod.spec.securityContext);
  const containers: string[] = [];
  const values = [...ofPod];
  for (const { name, securityContext } of containersOf(pod)) {
    const own = securityContext === undefined ? [] : wrong(securityContext);
    if (own.length > 0) containers.push(name);
    values.push(...own);
  }
  return { isPod: ofPod.length > 0, containers, values: distinct(values) };
}

export function isSetSomewhere({ isPod, containers }: SetInContext): boolean {
  return isPod || containers.length > 0;
}

/** Pods of Windows are let off what Linux alone has, since 1.25. */
export function exceptOnWindows(inspect: Inspect): Inspect {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : inspect(pod));
}

/** Root in a user namespace is nobody outside: such pods are let off some controls, since 1.35 (KEP-127). */
export function exceptInUserNamespace(inspect: Inspect): Inspect {
  return (pod) => (pod.spec.hostUsers === false ? undefined : inspect(pod));
}
