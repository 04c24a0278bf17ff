import type { NewObject } from '../../api/object.ts';
import type { APIService, APIServiceCondition } from '../../schema/types.generated.ts';
import { rfc3339 } from '../../time.ts';
import { fill, onField } from '../defaults/fill.ts';
import type { KindStrategy, StrategyContext } from '../kind.ts';
import { validateApiService, validateApiServiceUpdate } from '../validation/api-service.ts';

/**
 * Who serves which group. What the API server itself serves is available from the start; the API servers of others are
 * not called here, and their availability says so (kube-aggregator, `status/local`, `status/remote`).
 */
const LOCAL = { status: 'True', reason: 'Local', message: 'Local APIServices are always available' } as const;
const REMOTE = {
  status: 'False',
  reason: 'FailedDiscoveryCheck',
  message: 'the API servers of others are not called in a simulated cluster',
} as const;

export const API_SERVICE_STRATEGY: KindStrategy<APIService> = {
  countsGenerations: false,
  // The core group's is called `v1.`.
  nameRule: 'path-segment',
  applyDefaults(object: NewObject<APIService>): NewObject<APIService> {
    return onField(object, 'spec', (spec) =>
      onField(spec, 'service', (service) => fill(service, { port: 443 })),
    );
  },
  prepareForCreate(object: NewObject<APIService>, { now }: StrategyContext): NewObject<APIService> {
    const state = object.spec?.service === undefined ? LOCAL : REMOTE;
    const available: APIServiceCondition = { type: 'Available', lastTransitionTime: rfc3339(now), ...state };
    return { ...object, status: { conditions: [available] } };
  },
  validate: validateApiService,
  validateUpdate: validateApiServiceUpdate,
};
