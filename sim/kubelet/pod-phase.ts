import type { ContainerRun } from './container-run.ts';
import { isDone } from './container-run.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** Whether the init containers let the main ones start: sidecars have started, the others ended well. */
export function isInitialised(inits: readonly ContainerRun[]): boolean {
  for (const run of inits) if (run.role === 'sidecar' ? !run.started : !isDone(run)) return false;
  return true;
}

export function hasRun(run: ContainerRun): boolean {
  return run.state !== 'waiting' || run.last !== undefined;
}

/**
 * The phase of a pod that isn't at its end (`getPhase` of `pkg/kubelet/kubelet_pods.go`): Pending until each of its
 * main containers has been started once.
 */
export function livePhase(inits: readonly ContainerRun[], mains: readonly ContainerRun[]): PodPhase {
  const begun = mains.some(hasRun);
  if (!begun && !isInitialised(inits)) return 'Pending';
  for (const run of mains) if (!hasRun(run)) return 'Pending';
  return 'Running';
}

/** The phase at the end: Succeeded where every main container ended with 0, which also means that each has run. */
export function finalPhase(mains: readonly ContainerRun[]): PodPhase {
  return mains.every(isDone) ? 'Succeeded' : 'Failed';
}

export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
