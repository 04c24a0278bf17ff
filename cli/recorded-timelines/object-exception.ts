export type Fields = Record<string, unknown>;
interface Condition {
  type: string;
  reason?: string;
  message?: string;
  observedGeneration?: number;
}
export interface Named {
  readonly name: string;
}
interface Container {
  volumeMounts?: Named[];
}
export interface PodState {
  metadata: { generation?: number; deletionTimestamp?: string };
  spec: { volumes?: Named[]; containers: Container[] };
  status: {
    phase?: string;
    observedGeneration?: number;
    hostIPs?: unknown;
    conditions?: Condition[];
    containerStatuses?: { image?: string; resources?: unknown; state: { terminated?: Fields } }[];
  };
}

/** A difference that is right: today's Kubernetes, or a hollow node, does otherwise. Each edits one field of one side. */
export interface ObjectException {
  readonly reason: string;
  readonly resources: readonly string[];
  readonly side: 'recorded' | 'ours';
  /** Whether there was anything to edit. */
  readonly edit: (state: Fields) => boolean;
}

export function removed(holder: object | undefined, field: string): boolean {
  if (holder === undefined || !(field in holder)) return false;
  delete (holder as Fields)[field];
  return true;
}

export const some = (results: readonly boolean[]) => results.some((result) => result);
export const pod = (edit: (state: PodState) => boolean) => (state: Fields) =>
  edit(state as unknown as PodState);
