import type { ContainerBehavior } from '../scenario.ts';
import { dnsLabel, duration, integer, labels, listOf, notYet, spread, strict, text } from './fields.ts';

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
  },
  'how the program ends: { after, code }',
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
    unready: listOf(outage, 'a list of times').optional().describe('When readiness probes fail.'),
    unhealthy: listOf(outage, 'a list of times').optional().describe('When liveness probes fail.'),
    request: notYet('this version does not model requests yet: leave the field out'),
  },
  'a behaviour',
).transform(({ match, namespace, container, image, request: _, ...rest }): ContainerBehavior => {
  const parts = { namespace, labels: match, container, image };
  return { match: withoutAbsent(parts), ...withoutAbsent(rest) };
});

/** The same object without its keys that hold `undefined`: a scenario is compared as JSON. */
function withoutAbsent<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
