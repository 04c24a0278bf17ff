import { z } from 'zod';
import { milli, whole } from '../../../core/quantity.ts';
import { SECOND } from '../../../core/time.ts';
import { shown } from '../problem.ts';
import type { ContainerBehavior, DownstreamCall, HookBehavior, IdleUsage, RequestCost } from '../scenario.ts';
import {
  dnsLabel,
  duration,
  durationFrom,
  eitherTextOr,
  integer,
  labels,
  listOf,
  number,
  quantity,
  spread,
  strict,
  text,
} from './fields.ts';
import { serviceName } from './traffic.ts';

const outage = strict(
  {
    after: duration.describe('Since the program serves.'),
    for: duration.optional().describe('For the rest of the run unless given.'),
  },
  'a time: { after, for }',
);

const exit = strict(
  {
    after: spread.describe('Since the start of the container.'),
    code: integer(0, 255).default(0),
    reason: text()
      .optional()
      .describe('Error or Completed by the code unless given; OOMKilled, for instance.'),
    runs: integer(1)
      .optional()
      .describe('Only the first so many runs of each container end this way; every run unless given.'),
    message: text().optional().describe('What it writes to its terminationMessagePath.'),
  },
  'how the program ends: { after, code }',
);

const HOOK_FORM = 'what a hook comes to: { takes, code }';

const hook = strict(
  {
    takes: spread.default({ p50: 0, p99: 0 }).describe('How long the command or the request takes.'),
    code: integer(0, 255)
      .default(0)
      .describe('Exit code of the command; of a request, any but 0 says that nobody answers.'),
    runs: integer(1)
      .optional()
      .describe('Only in the first so many runs of each container; later it succeeds.'),
  },
  HOOK_FORM,
).transform((given): HookBehavior => withoutAbsent(given));

const CALLS_MAX = 1_000_000;
const CALL_FORM = 'a call: the name of a Service, or { to: service/cart, count: 1 }';

const call = eitherTextOr(
  serviceName.transform((to): DownstreamCall => ({ to, count: 1 })),
  strict(
    {
      to: serviceName,
      count: number(0, CALLS_MAX).default(1).describe('Calls for each request; 0.2 for one in five.'),
    },
    CALL_FORM,
  ).transform((given): DownstreamCall => given),
  CALL_FORM,
);

/** What clients and proxies commonly give up after is 1 s (a gRPC deadline) to 15 s (Envoy's default). */
const DEFAULT_TIMEOUT = 1 * SECOND;

const bytes = quantity.transform((given): number => whole(given));

const request = strict(
  {
    cpu: duration.default(0).describe('CPU time of one request, the mean.'),
    latency: duration.default(0).describe('Time in which the program only waits, its calls not included.'),
    memory: bytes.default(0).describe('While the request is in flight.'),
    calls: listOf(call, 'a list of calls')
      .default([])
      .describe('What it asks of other Services, one call after the other.'),
    timeout: durationFrom(1)
      .default(DEFAULT_TIMEOUT)
      .describe('Who asks gives up after this long; 1s unless given.'),
  },
  'what a request costs: { cpu, latency }',
).transform((given): RequestCost => given);

const LEAK_FORM = 'bytes an hour, such as 10Mi/h';

const leak = z
  .union([z.string(), z.number()], {
    error: ({ input }) => `expected ${LEAK_FORM}, got ${shown(input)}`,
  })
  .transform((value, context): number => {
    const amount = typeof value === 'string' ? value.trim().replace(/\s*\/\s*h$/, '') : value;
    const parsed = bytes.safeParse(amount);
    if (parsed.success) return parsed.data;
    context.issues.push({
      code: 'custom',
      message: `expected ${LEAK_FORM}, got ${shown(value)}`,
      input: value,
    });
    return z.NEVER;
  });

const usage = strict(
  {
    cpu: quantity
      .transform((given): number => milli(given))
      .optional()
      .describe('CPU; a tenth of the request of the container unless given.'),
    memory: bytes.optional().describe('Memory; half of the request of the container unless given.'),
    disk: bytes.optional().describe('What it writes to the disk of its node when it starts.'),
    fills: leak.optional().describe('What each hour of a run adds to that: 1Gi/h.'),
    volume: dnsLabel
      .optional()
      .describe('The emptyDir that it writes to; its own layer and its logs unless given.'),
    leak: leak.optional().describe('Memory that each hour of a run adds, and never gives back: 10Mi/h.'),
  },
  'what the program uses when it does nothing: { cpu, memory }',
).transform(
  ({ leak: leakPerHour, fills: fillsPerHour, ...rest }): IdleUsage =>
    withoutAbsent({ ...rest, leakPerHour, fillsPerHour }),
);

/** `match` holds labels alone, as a nodeSelector does; what else a behaviour goes by stands beside it. */
export const behavior = strict(
  {
    match: labels.optional().describe('Labels that the pod must have.'),
    namespace: dnsLabel.optional().describe('Namespace of the pod.'),
    container: dnsLabel.optional().describe('Name of the container.'),
    image: text('an image, in which * stands for any text')
      .optional()
      .describe('Image; * stands for any text.'),
    startup: spread.optional().describe('From the start of the container until the program serves.'),
    shutdown: spread.optional().describe('From SIGTERM until the program has ended.'),
    exit: exit.optional().describe('The program ends by itself.'),
    postStart: hook.optional().describe('What the postStart hook comes to.'),
    preStop: hook.optional().describe('The same of the preStop hook.'),
    unready: listOf(outage, 'a list of times').optional().describe('When readiness probes fail.'),
    unhealthy: listOf(outage, 'a list of times').optional().describe('When liveness probes fail.'),
    request: request.optional().describe('What one request costs the program.'),
    usage: usage.optional().describe('What the program uses when it does nothing.'),
  },
  'a behaviour',
).transform(({ match, namespace, container, image, ...rest }): ContainerBehavior => {
  const parts = { namespace, labels: match, container, image };
  return { match: withoutAbsent(parts), ...withoutAbsent(rest) };
});

/** The same object without its keys that hold `undefined`: a scenario is compared as JSON. */
function withoutAbsent<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
