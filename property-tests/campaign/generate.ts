import type { Scenario } from '../../sim/scenario/scenario.ts';
import { drawn } from '../arbitraries/draw.ts';
import { scenario as anyScenario, scenarioOn } from '../arbitraries/scenario.ts';

/** What a campaign draws its cases from. */
export interface CaseSource {
  /** Its cluster, objects, behaviours and expectations are kept; its timeline is drawn. Absent: all is drawn. */
  readonly base?: Scenario;
  readonly mutants: readonly string[];
}

/** The seeds of a campaign are consecutive; they go round where fast-check's numbers end. */
export function seedAt(first: number, index: number): number {
  return (first + index) % 2 ** 31;
}

const bySource = new WeakMap<CaseSource, ReturnType<typeof scenarioOn>>();

function arbitraryOf(source: CaseSource): typeof anyScenario {
  if (source.base === undefined) return anyScenario;
  let known = bySource.get(source);
  if (known === undefined) {
    known = scenarioOn(source.base);
    bySource.set(source, known);
  }
  return known;
}

/** The case that a seed stands for. */
export function caseOf(source: CaseSource, seed: number): Scenario {
  const scenario = drawn(arbitraryOf(source), seed);
  const { mutants } = source;
  if (mutants.length === 0) return scenario;
  const { cluster } = scenario;
  return { ...scenario, cluster: { ...cluster, kubernetes: { ...cluster.kubernetes, mutants } } };
}
