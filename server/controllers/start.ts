import type { Credentials } from '../auth/credentials.ts';
import type { Session } from '../session/session.ts';
import { secretTokens } from './secret-tokens.ts';

/**
 * Controllers that need a key, and so are no part of the simulation: they see what it holds and write as clients do,
 * so that the log has what they made.
 */
export interface OutsideController {
  /** Look at what has changed, and do what is to be done. */
  look(): void;
}

/** Run them until the returned function is called. */
export function startControllers(session: Session, credentials: Credentials): () => void {
  if (session.isReadOnly) return () => undefined;
  const controllers: readonly OutsideController[] = [secretTokens(session, credentials)];
  let isLooking = false;
  const look = (): void => {
    // What one of them writes is news for all, in the next round.
    if (isLooking) return;
    isLooking = true;
    try {
      let seen = -1;
      while (seen !== session.view.version) {
        seen = session.view.version;
        for (const controller of controllers) controller.look();
      }
    } finally {
      isLooking = false;
    }
  };
  look();
  return session.attend(look);
}
