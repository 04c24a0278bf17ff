import type { Controller, Request } from '../../controllers/controller.ts';
import { ENDPOINT_SLICE } from '../../core/kinds/registry.ts';
import type { Endpoint, EndpointSlice } from '../../core/schema/types.generated.ts';
import type { Mutant } from './mutant.ts';

/** As long as its probes pass, whatever else. */
function servingIsReady(endpoint: Endpoint): Endpoint {
  const { conditions } = endpoint;
  if (conditions?.terminating !== true || conditions.serving !== true) return endpoint;
  return { ...endpoint, conditions: { ...conditions, ready: true } };
}

function changed(request: Request): Request {
  if (request.verb !== 'create' && request.verb !== 'update') return request;
  if (request.kind !== ENDPOINT_SLICE) return request;
  const slice = request.object as EndpointSlice;
  const object = { ...slice, endpoints: slice.endpoints?.map(servingIsReady) };
  return { ...request, object } as Request;
}

/** kubernetes#54723: a terminating pod stays among the ready endpoints, and gets requests that it no longer answers. */
export const terminatingEndpointReady: Mutant = {
  name: 'terminating-endpoint-ready',
  about: 'The endpoint of a pod stays ready while it is being deleted, for as long as its probes pass.',
  source: 'https://github.com/kubernetes/kubernetes/issues/54723',
  controller: 'endpointslice-controller',
  change: (real): Controller => ({
    ...real,
    reconcile: (view, key, memory, now) => {
      const result = real.reconcile(view, key, memory, now);
      return { ...result, requests: result.requests.map(changed) };
    },
  }),
};
