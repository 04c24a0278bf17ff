import type { Controller } from '../../controllers/controller.ts';
import { closest } from '../../core/text/closest.ts';
import { controllersWith } from '../../sim/host/controllers-with.ts';
import type { KubernetesSettings } from '../../sim/scenario/flags.ts';
import { hpaCountsSurgePods } from './hpa-counts-surge-pods.ts';
import { jobWithoutBackOff } from './job-without-back-off.ts';
import type { Mutant } from './mutant.ts';
import { staleCacheNoExpectations } from './stale-cache-no-expectations.ts';
import { terminatingEndpointReady } from './terminating-endpoint-ready.ts';

/** Every mutant, one line each. */
export const MUTANTS: readonly Mutant[] = [
  hpaCountsSurgePods,
  jobWithoutBackOff,
  staleCacheNoExpectations,
  terminatingEndpointReady,
];

/** What is wrong with the names, if anything. */
export function unknownMutant(names: readonly string[]): string | undefined {
  const known = MUTANTS.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  const near = closest(unknown, known);
  const meant = near === undefined ? '' : `, did you mean ${JSON.stringify(near)}?`;
  return `there is no mutant ${JSON.stringify(unknown)}${meant} (known: ${known.join(', ')})`;
}

/** The controllers that the mutants of a cluster change; none where it names none. Throws for a name that is unknown. */
export function mutantControllers(settings: KubernetesSettings): readonly Controller[] {
  const names = settings.mutants ?? [];
  const problem = unknownMutant(names);
  if (problem !== undefined) throw new Error(problem);
  if (names.length === 0) return [];
  const byName = new Map(
    controllersWith(settings.kubeControllerManager).map((controller) => [controller.name, controller]),
  );
  const changed = new Set<string>();
  for (const { name, controller, change } of MUTANTS) {
    if (!names.includes(name)) continue;
    const real = byName.get(controller);
    if (real === undefined) throw new Error(`the mutant ${name} changes ${controller}, which is not there`);
    byName.set(controller, change(real, settings));
    changed.add(controller);
  }
  return [...byName.values()].filter(({ name }) => changed.has(name));
}
