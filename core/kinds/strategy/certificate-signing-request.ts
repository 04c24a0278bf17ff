import type { NewObject } from '../../api/object.ts';
import type { CertificateSigningRequest } from '../../schema/types.generated.ts';
import { rfc3339 } from '../../time.ts';
import type { KindStrategy, StrategyContext } from '../kind.ts';
import {
  validateSigningRequest,
  validateSigningRequestStatus,
} from '../validation/certificate-signing-request.ts';

/** Requests for certificates (kubernetes `registry/certificates`): nothing of what was asked changes afterwards. */

function timed(
  next: CertificateSigningRequest,
  previous: CertificateSigningRequest,
  { now }: StrategyContext,
): CertificateSigningRequest {
  const { conditions = [] } = next.status;
  const known = previous.status.conditions ?? [];
  const time = rfc3339(now);
  const isTimed = conditions.every(
    ({ lastUpdateTime, lastTransitionTime }) => lastUpdateTime && lastTransitionTime,
  );
  if (isTimed) return next;
  const timedConditions = conditions.map((condition) => {
    const same = known.find(({ type, status }) => type === condition.type && status === condition.status);
    return {
      ...condition,
      lastUpdateTime: condition.lastUpdateTime || time,
      lastTransitionTime: condition.lastTransitionTime || same?.lastTransitionTime || time,
    };
  });
  return { ...next, status: { ...next.status, conditions: timedConditions } };
}

export const CERTIFICATE_SIGNING_REQUEST_STRATEGY: KindStrategy<CertificateSigningRequest> = {
  countsGenerations: false,

  prepareForCreate: (object: NewObject<CertificateSigningRequest>): NewObject<CertificateSigningRequest> => ({
    ...object,
    status: {},
  }),

  prepareForUpdate: (next, previous) => ({ ...next, spec: previous.spec }),

  prepareForStatusUpdate: timed,

  validate: validateSigningRequest,
  validateStatusUpdate: validateSigningRequestStatus,
};
