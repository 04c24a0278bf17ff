import type { Status } from '../../core/api/status.ts';

/** Whether a creation was refused because its namespace is going away (`v1.NamespaceTerminatingCause`). */
export function isNamespaceTerminating(status: Status): boolean {
  return status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
}
