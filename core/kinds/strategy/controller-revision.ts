import type { ControllerRevision } from '../../schema/types.generated.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateControllerRevision,
  validateControllerRevisionUpdate,
} from '../validation/controller-revision.ts';

export const CONTROLLER_REVISION_STRATEGY: KindStrategy<ControllerRevision> = {
  countsGenerations: false,
  validate: validateControllerRevision,
  validateUpdate: validateControllerRevisionUpdate,
};
