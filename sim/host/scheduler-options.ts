import { optionsOf } from '../../controllers/scheduling/configuration/profile.ts';
import { DEFAULT_SCHEDULER_OPTIONS, type SchedulerOptions } from '../../controllers/scheduling/options.ts';
import { SECOND } from '../../core/time.ts';
import type { RandomStream } from '../random/keyed.ts';
import type { SchedulerSettings } from '../scenario/flags.ts';
import type { ProcessSettings } from './process.ts';

/** How the scheduler's flags and its configuration set its options; where both speak, the configuration holds. */
export function schedulerOptions(settings: SchedulerSettings, random: RandomStream): SchedulerOptions {
  const { percentageOfNodesToScore, configuration } = settings;
  return {
    ...DEFAULT_SCHEDULER_OPTIONS,
    ...(percentageOfNodesToScore === 100 ? {} : { percentageOfNodesToScore }),
    podInitialBackoff: settings.podInitialBackoffSeconds * SECOND,
    podMaxBackoff: settings.podMaxBackoffSeconds * SECOND,
    podMaxInUnschedulable: settings['pod-max-in-unschedulable-pods-duration'],
    draw: random.draw,
    ...(configuration === undefined ? {} : optionsOf(configuration)),
  };
}

/** `clientConnection` of the configuration; a negative rate is no limit, as in client-go. */
export function withClientConnection(
  settings: ProcessSettings,
  { configuration }: SchedulerSettings,
): ProcessSettings {
  const { qps, burst } = configuration?.clientConnection ?? {};
  return {
    ...settings,
    ...(qps === undefined ? {} : { qps: Math.max(qps, 0) }),
    ...(burst === undefined ? {} : { burst: Math.max(burst, 1) }),
  };
}
