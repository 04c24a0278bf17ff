import { forbidden, type Status } from '../../status.ts';
import type { Attributes } from '../webhooks/call.ts';

/** A refusal by a policy: worded as one that is forbidden, with the code of the policy's reason. */
export interface Denial {
  readonly message: string;
  readonly reason: string;
}

/** Apiserver `policy/validating` `reasonToCode`. */
const CODE: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};
const UNPROCESSABLE = 422;

export function deniedStatus({ kind, name }: Attributes, { message, reason }: Denial): Status {
  const base = forbidden(kind, name, message);
  // Causes that policies give have no reason.
  const causes = [{ message }] as unknown as NonNullable<NonNullable<Status['details']>['causes']>;
  return {
    ...base,
    // Any of the four that a policy may give; the table has those of the API server itself.
    reason: reason as Status['reason'],
    code: CODE[reason] ?? UNPROCESSABLE,
    details: { ...base.details, causes },
  };
}
