import type { RuntimeClass } from '../../schema/types.generated.ts';
import type { KindStrategy } from '../kind.ts';
import { validateRuntimeClass, validateRuntimeClassUpdate } from '../validation/runtime-class.ts';

export const RUNTIME_CLASS_STRATEGY: KindStrategy<RuntimeClass> = {
  countsGenerations: false,
  validate: validateRuntimeClass,
  validateUpdate: validateRuntimeClassUpdate,
};
