import type { RestRequest } from '../../core/rest/request.ts';
import type { Session } from '../session/session.ts';

/**
 * Controllers that need a key, and so are no part of the simulation: they see what it holds and write as clients do,
 * so that the log has what they made.
 */
export interface OutsideController {
  /** Look at what has changed, and do what is to be done. */
  look(): void;
}

/** What they see and do. */
export interface OutsideCluster extends Pick<Session, 'view' | 'now'> {
  write(request: RestRequest): void;
}
