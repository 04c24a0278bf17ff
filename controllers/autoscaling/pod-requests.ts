import { milli } from '../../core/quantity.ts';
import type { Container, Pod } from '../../core/schema/types.generated.ts';
import { remembered } from './remembered.ts';

/** Containers that run beside each other: init containers end, unless they are sidecars. */
function runningContainers({ spec }: Pod): readonly Container[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return sidecars.length === 0 ? spec.containers : [...spec.containers, ...sidecars];
}

/** What a pod, or one container of each pod, requests, in thousandths; or what is wrong (`calculateRequests`). */
function requestOf(pod: Pod, resource: string, container: string | undefined): bigint | string {
  const ofPod = pod.spec.resources?.requests?.[resource];
  // A request of the pod as a whole stands for those of its containers (1.34).
  if (container === undefined && ofPod !== undefined) return BigInt(milli(ofPod));
  let sum = 0n;
  for (const { name, resources } of runningContainers(pod)) {
    if (container !== undefined && container !== name) continue;
    const request = resources?.requests?.[resource];
    if (request === undefined) {
      return `missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`;
    }
    sum += BigInt(milli(request));
  }
  return sum;
}

/** `container/resource`; no container for the pods as a whole. Names of containers hold no slash. */
function keyOf(resource: string, container: string | undefined): string {
  return `${container ?? ''}/${resource}`;
}

const requests = remembered((pods: readonly Pod[], key: string): ReadonlyMap<string, bigint> | string => {
  const slash = key.indexOf('/');
  const container = slash === 0 ? undefined : key.slice(0, slash);
  const resource = key.slice(slash + 1);
  const found = new Map<string, bigint>();
  for (const pod of pods) {
    const request = requestOf(pod, resource, container);
    if (typeof request === 'string') return request;
    found.set(pod.metadata.name, request);
  }
  return found;
});

/** By the pod's name; or the text of the error that ends the whole computation: a pod without a request. */
export function requestsOf(
  pods: readonly Pod[],
  resource: string,
  container: string | undefined,
): ReadonlyMap<string, bigint> | string {
  return requests(pods, keyOf(resource, container));
}
