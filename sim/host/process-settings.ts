import { MILLISECOND, type Micros } from '../../core/time.ts';
import type { ProcessSettings } from './process.ts';

/** From sending a request to its answer: what a healthy API server with etcd on a fast disk takes for a write. */
const REQUEST_LATENCY: Micros = 3 * MILLISECOND;
/** From an event to its arrival in a watcher's cache. */
export const WATCH_DELAY: Micros = MILLISECOND;
/** Of a process whose client has these flags. */
export function processSettings(
  flags: { 'kube-api-qps': number; 'kube-api-burst': number },
  events: boolean,
): ProcessSettings {
  return {
    qps: flags['kube-api-qps'],
    burst: flags['kube-api-burst'],
    requestLatency: REQUEST_LATENCY,
    watchDelay: WATCH_DELAY,
    events,
  };
}
