import { qosClass } from '../../../core/kinds/pod/resources.ts';
import type { Cause } from '../../actor.ts';
import type { Candidate } from './candidates.ts';
import type { PressureHost } from './host.ts';
import { amountIn, type ContainerUsage } from './pod-usage.ts';

/** Scores that the kernel adds to its own, which is the share of the memory in thousandths (`pkg/kubelet/qos/policy.go`). */
const GUARANTEED_SCORE = -997;
const BEST_EFFORT_SCORE = 1000;
/** Burstable pods lie between the others: `3 .. 999`. */
const BURSTABLE_LEAST = 3;
const SCALE = 1000;
/** Process ids of a machine that has run for a while. */
const PID_LEAST = 2000;
const PID_SPAN = 30_000;

function scoreOf({ pod }: Candidate, { run, memory }: ContainerUsage, capacity: number): number {
  const own = Math.floor((memory * SCALE) / capacity);
  const qos = qosClass(pod.pod.spec);
  if (qos === 'Guaranteed' || (pod.pod.spec.priority ?? 0) >= 2_000_001_000) return own + GUARANTEED_SCORE;
  if (qos === 'BestEffort') return own + BEST_EFFORT_SCORE;
  const request = amountIn(run.spec.resources?.requests, 'memory');
  const share = SCALE - Math.floor((request * SCALE) / capacity);
  return own + Math.min(Math.max(share, BURSTABLE_LEAST), SCALE - 1);
}

/** What the kernel calls the process: the base of its command, or what its image is called. */
function processOf({ spec }: ContainerUsage['run']): string {
  const program = spec.command?.[0] ?? spec.image ?? spec.name;
  const base = program.slice(program.lastIndexOf('/') + 1);
  return base.split(/[:@]/)[0] ?? base;
}

/**
 * The machine has no memory left: its kernel kills one process after the other, the highest score first, until there is
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#node-out-of-memory-behavior).
 * What is left then.
 */
export function killForMemory(
  host: PressureHost,
  candidates: readonly Candidate[],
  capacity: number,
  available: number,
  cause: Cause,
): number {
  const victims = candidates
    .flatMap((candidate) =>
      candidate.usage.containers.map((used) => ({
        used,
        candidate,
        score: scoreOf(candidate, used, capacity),
        name: `${candidate.pod.key}/${used.run.spec.name}`,
      })),
    )
    .filter(({ used }) => used.memory > 0)
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
  let left = available;
  for (const { used, candidate, name } of victims) {
    if (left >= 0) break;
    left += used.memory;
    const { random, now } = host.context;
    const reason = `the machine ran out of memory, and ${name} had the highest score`;
    const pid = PID_LEAST + random.below(PID_SPAN, name, `pid@${now}`);
    host.killProcess(candidate.pod.key, used.run.spec.name, { rv: cause.rv, reason });
    const message = `System OOM encountered, victim process: ${processOf(used.run)}, pid: ${pid}`;
    host.tellNodeOf('Warning', 'SystemOOM', message, cause);
  }
  return left;
}
