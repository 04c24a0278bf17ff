import type { ExpressionFunction } from './call.ts';
import { CLUSTER_FUNCTIONS } from './cluster-functions.ts';
import { TRAFFIC_FUNCTIONS } from './traffic-functions.ts';
import { WORKLOAD_FUNCTIONS } from './workload-functions.ts';

/** Every function of the language, by name. */
export const FUNCTIONS: readonly ExpressionFunction[] = [
  ...WORKLOAD_FUNCTIONS,
  ...CLUSTER_FUNCTIONS,
  ...TRAFFIC_FUNCTIONS,
].sort((a, b) => (a.name < b.name ? -1 : 1));
