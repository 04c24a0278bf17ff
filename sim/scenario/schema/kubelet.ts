import { z } from 'zod';
import { parseQuantity } from '../../../core/quantity.ts';
import type { KubeletConfiguration } from '../kubelet-configuration.ts';
import { shown } from '../problem.ts';
import { duration, integer, listOf, strict } from './fields.ts';

const AMOUNT_FORM = 'a quantity such as 500Mi, or a share such as 10%';

const amount = z
  .string({ error: ({ input }) => `expected ${AMOUNT_FORM}, got ${shown(input)}` })
  .check((context) => {
    const { value } = context;
    const share = /^(\d+(?:\.\d+)?)%$/.exec(value);
    const isFine = share === null ? parseQuantity(value) !== undefined : Number(share[1]) < 100;
    if (isFine) return;
    context.issues.push({
      code: 'custom',
      message: `expected ${AMOUNT_FORM}, got ${shown(value)}`,
      input: value,
    });
  });

/** By the signals that are modelled; inodes are not. */
function bySignal<T extends z.ZodType>(field: T, what: string) {
  return strict(
    {
      'memory.available': field.optional(),
      'nodefs.available': field.optional(),
      'imagefs.available': field.optional(),
      'pid.available': field.optional(),
    },
    what,
  );
}

const amounts = bySignal(amount, 'amounts by signal: { memory.available: 500Mi }');
const percent = integer(0, 100);

/**
 * Fields of a KubeletConfiguration (https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/) beside the
 * flags. A scenario keeps those that were given.
 */
export const KUBELET_CONFIGURATION_FIELDS = {
  evictionHard: amounts.optional().describe('Thresholds at which pods are evicted at once.'),
  evictionSoft: amounts.optional().describe('Thresholds at which pods are evicted after a grace period.'),
  evictionSoftGracePeriod: bySignal(duration, 'durations by signal: { memory.available: 1m30s }')
    .optional()
    .describe('How long each soft threshold may be passed.'),
  evictionMinimumReclaim: amounts.optional().describe('How much more must be free for pressure to be over.'),
  evictionMaxPodGracePeriod: integer(0)
    .optional()
    .describe('Seconds that a pod gets at most that is evicted for a soft threshold.'),
  evictionPressureTransitionPeriod: duration
    .optional()
    .describe('How long a condition of pressure stays at least; 5m unless given.'),
  imageGCHighThresholdPercent: percent
    .optional()
    .describe('Disk usage from which unused images are removed.'),
  imageGCLowThresholdPercent: percent.optional().describe('Disk usage down to which they are.'),
  imageMinimumGCAge: duration.optional().describe('Images younger than this stay.'),
  shutdownGracePeriod: duration.optional().describe('What all pods get together when the node shuts down.'),
  shutdownGracePeriodCriticalPods: duration.optional().describe('The part of it that is for critical pods.'),
  shutdownGracePeriodByPodPriority: listOf(
    strict({ priority: z.int(), shutdownGracePeriodSeconds: integer(0) }, 'a priority and its seconds'),
    'a list of { priority, shutdownGracePeriodSeconds }',
  )
    .optional()
    .describe('The same by the priority of the pods.'),
};

/** What was given of it; nothing where nothing was. */
export function givenConfiguration(
  given: Readonly<Record<string, unknown>>,
): KubeletConfiguration | undefined {
  const entries = Object.keys(KUBELET_CONFIGURATION_FIELDS)
    .filter((name) => given[name] !== undefined)
    .map((name) => [name, withoutAbsent(given[name])]);
  // The fields were read by the schemas above.
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as KubeletConfiguration);
}

function withoutAbsent(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));
}
