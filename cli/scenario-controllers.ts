import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Controller } from '../controllers/controller.ts';
import { loadControllers } from '../property-tests/campaign/load-controllers.ts';
import { mutantControllers, unknownMutant } from '../property-tests/mutants/list.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';
import { InputError } from './exit.ts';

/** Refuses names of mutants that are none, wherever they were written. */
export function requireMutants(names: readonly string[], where: string): void {
  const problem = unknownMutant(names);
  if (problem !== undefined) throw new InputError(`${where}: ${problem}`);
}

/** The controllers that a scenario's mutants change: what whoever runs it has to bring. */
export function controllersOf(scenario: Scenario, where: string): readonly Controller[] {
  requireMutants(scenario.cluster.kubernetes.mutants ?? [], `${where}: spec.cluster.kubernetes.mutants`);
  return mutantControllers(scenario.cluster.kubernetes);
}

/** Modules that were named on the command line, as URLs. */
export function moduleUrls(modules: readonly string[]): readonly string[] {
  return modules.map((module) => pathToFileURL(path.resolve(module)).href);
}

/** Controllers from modules that were named on the command line: the user's own code, loaded for that reason alone. */
export async function ownControllers(modules: readonly string[] = []): Promise<readonly Controller[]> {
  try {
    return await loadControllers(moduleUrls(modules));
  } catch (error) {
    throw new InputError(`--controller: ${error instanceof Error ? error.message : String(error)}`);
  }
}
