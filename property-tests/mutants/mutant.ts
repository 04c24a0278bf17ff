import type { Controller } from '../../controllers/controller.ts';
import type { KubernetesSettings } from '../../sim/scenario/flags.ts';

/**
 * A defect that Kubernetes had: one of its controllers, changed back. A campaign shows by it that it would find such
 * a defect; a scenario that names it shows what it does.
 */
export interface Mutant {
  /** `stale-cache-no-expectations`. */
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly about: string;
  /** Where it was reported. */
  readonly source: string;
  /** The controller that is changed, by name. */
  readonly controller: string;
  /** The changed one, of the real one as the settings make it. */
  readonly change: (real: Controller, settings: KubernetesSettings) => Controller;
}
