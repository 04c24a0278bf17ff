import { ENDPOINT_SLICE, POD, SERVICE } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { EndpointSlice, Pod } from '../../core/schema/types.generated.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

const CONTROLLER = 'endpointslice-controller';
const SERVICE_LABEL = 'kubernetes.io/service-name';

class EndpointWatcher implements Watcher {
  readonly kinds = [ENDPOINT_SLICE, POD];
  /** By the uid of a pod: since when it is on its way out. */
  private readonly goingSince = new Map<string, number>();

  observe(record: EventRecord, { view }: Moment): readonly Finding[] | undefined {
    const { kind, key, actor, cause, previous, next, rv } = record;
    if (kind === POD) {
      const uid = (next ?? previous)?.metadata.uid ?? '';
      if (next === undefined) this.goingSince.delete(uid);
      else if ((next as Pod).metadata.deletionTimestamp !== previous?.metadata.deletionTimestamp) {
        if (!this.goingSince.has(uid)) this.goingSince.set(uid, rv);
      }
      return undefined;
    }
    if (next === undefined || actor !== CONTROLLER) return undefined;
    const slice = next as EndpointSlice;
    const before = (previous as EndpointSlice | undefined)?.endpoints;
    const name = slice.metadata.labels?.[SERVICE_LABEL] ?? '';
    const { endpoints = [] } = slice;
    for (let i = 0; i < endpoints.length; i += 1) {
      const endpoint = endpoints[i];
      if (endpoint === undefined || endpoint === before?.[i] || endpoint.conditions?.ready !== true) continue;
      const pod = endpoint.targetRef;
      const since = this.goingSince.get(pod?.uid ?? '') ?? Number.POSITIVE_INFINITY;
      if (endpoint.conditions.terminating !== true && since > cause) continue;
      const service = view.get(SERVICE, slice.metadata.namespace, name);
      if (service?.spec.publishNotReadyAddresses === true) return undefined;
      const message = `pod/${pod?.name} is on its way out, and its endpoint of service/${name} is ready`;
      return [{ kind: ENDPOINT_SLICE, key, message }];
    }
    return undefined;
  }
}

/** I41. */
export const terminatingEndpoint: Invariant = {
  name: 'terminating-endpoint',
  rule: 'The endpoint of a pod that is being deleted is not ready.',
  source: 'https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions',
  exemptions: [
    'A Service with publishNotReadyAddresses.',
    'A deletion that the controller could not know of yet.',
    'Slices that somebody else writes.',
  ],
  watch: () => new EndpointWatcher(),
};
