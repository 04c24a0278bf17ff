import type { Credentials } from '../auth/credentials.ts';
import type { Session } from '../session/session.ts';
import { certificates } from './certificates.ts';
import type { OutsideCluster, OutsideController } from './outside.ts';
import { secretTokens } from './secret-tokens.ts';

/** Run them until the returned function is called. */
export function startControllers(session: Session, credentials: Credentials): () => void {
  if (session.isReadOnly) return () => undefined;
  let isOver = false;
  const cluster: OutsideCluster = {
    get view() {
      return session.view;
    },
    get now() {
      return session.now;
    },
    // What is still being signed when the session ends comes too late.
    write: (request) => {
      if (!isOver) session.write(request);
    },
  };
  const controllers: readonly OutsideController[] = [
    secretTokens(cluster, credentials),
    certificates(cluster, credentials),
  ];
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
  const leave = session.attend(look);
  return () => {
    isOver = true;
    leave();
  };
}
