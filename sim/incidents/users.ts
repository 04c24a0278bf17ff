import { SYSTEM_ACCOUNT } from '../../core/rbac/component-user.ts';

/** Components whose writes a simulation makes by itself. */
export function isSystemUser(user: string): boolean {
  return (
    user.startsWith(SYSTEM_ACCOUNT) ||
    user.startsWith('system:node:') ||
    user.startsWith('system:kube-') ||
    user === 'system:apiserver'
  );
}
