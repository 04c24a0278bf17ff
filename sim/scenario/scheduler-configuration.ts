import type { KubeSchedulerConfiguration } from '../../controllers/scheduling/configuration/configuration.ts';
import { schedulerConfiguration } from './schema/scheduler-configuration.ts';
import { type ReadBySchema, readBySchema } from './schema-problems.ts';

/** Checks a KubeSchedulerConfiguration, and fills its defaults. */
export function readSchedulerConfiguration(raw: unknown): ReadBySchema<KubeSchedulerConfiguration> {
  return readBySchema(schedulerConfiguration, raw);
}
