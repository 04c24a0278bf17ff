import { keyOf } from '../../../core/api/object.ts';
import { isPodActive, isPodReady } from '../../../core/kinds/pod/status.ts';
import { ENDPOINT_SLICE, POD, SERVICE } from '../../../core/kinds/registry.ts';
import { selectorFromMap } from '../../../core/labels.ts';
import type { Finding, Moment } from '../invariant.ts';

function listed(names: ReadonlySet<string>): string {
  return names.size === 0 ? 'none' : [...names].sort().join(', ');
}

/** The ready endpoints of a Service are its ready, selected pods. */
export function endpointsWrong({ view }: Moment): readonly Finding[] {
  return view.list(SERVICE).flatMap((service) => {
    const { metadata, spec } = service;
    const selector = spec.selector ?? {};
    const selects = Object.keys(selector).length > 0 && spec.type !== 'ExternalName';
    if (!selects || spec.publishNotReadyAddresses === true || metadata.deletionTimestamp !== undefined)
      return [];
    const matches = selectorFromMap(selector);
    const wanted = new Set(
      view
        .list(POD, metadata.namespace)
        .filter((pod) => matches(pod.metadata.labels) && isPodActive(pod) && isPodReady(pod))
        .map((pod) => pod.metadata.name),
    );
    const told = new Set(
      view
        .labelled(ENDPOINT_SLICE, metadata.namespace ?? '', 'kubernetes.io/service-name', metadata.name)
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready === true)
        .map(({ targetRef }) => targetRef?.name ?? ''),
    );
    if (wanted.size === told.size && [...wanted].every((name) => told.has(name))) return [];
    const message = `service/${metadata.name} has the ready endpoints ${listed(told)}, and its ready pods are ${listed(wanted)}`;
    return [{ kind: SERVICE, key: keyOf(service), message }];
  });
}
