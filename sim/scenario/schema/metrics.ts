import { z } from 'zod';
import { qualifiedResource } from '../../../core/api/status.ts';
import { milli } from '../../../core/quantity.ts';
import { parseName } from '../resource-name.ts';
import type { OutsideMetric } from '../scenario.ts';
import { duration, labels, listOf, quantity, strict, text } from './fields.ts';

const OBJECT_FORM = 'the name of an object, such as ingress/main-route or service/shop/web';

/** An object of the cluster that is measured; of a kind without namespaces, it has none. */
const measured = text(OBJECT_FORM).transform((name, context) => {
  const parsed = parseName(name);
  if (!('error' in parsed)) {
    const { kind, name: own, namespace } = parsed;
    return { resource: qualifiedResource(kind), name: own, namespace };
  }
  context.issues.push({ code: 'custom', message: parsed.error, input: name });
  return z.NEVER;
});

const step = strict(
  {
    at: duration.default(0).describe('Since when, from the start of the run.'),
    value: quantity.describe('What the metric is from then on: 10, 500m, 2k.'),
  },
  'a value: { at: 5m, value: 300 }',
);

const metric = strict(
  {
    name: text('the name of a metric').describe('As an autoscaler asks for it.'),
    of: measured
      .optional()
      .describe('The object that is measured. Without it, the metric is an external one.'),
    namespace: text('a namespace')
      .optional()
      .describe('In which an external metric is known; in all unless given.'),
    labels: labels.default({}).describe('By which a selector can ask for it.'),
    values: listOf(step, 'a list of values').describe('Before the first, nobody knows the metric.'),
  },
  'a metric: { name: queue_messages_ready, values: [{ value: 30 }] }',
);

export const metrics = listOf(metric, 'a list of metrics').transform(
  (given, context): readonly OutsideMetric[] =>
    given.map(({ name, of, namespace, labels: own, values }, index): OutsideMetric => {
      if (of !== undefined && namespace !== undefined) {
        const message = 'the namespace of a measured object stands in its name: of: service/shop/web';
        context.issues.push({ code: 'custom', message, input: namespace, path: [index, 'namespace'] });
      }
      const place = of?.namespace ?? namespace;
      return {
        name,
        ...(of === undefined ? {} : { object: { resource: of.resource, name: of.name } }),
        ...(place === undefined ? {} : { namespace: place }),
        labels: own,
        values: values
          .map(({ at, value }, order) => ({ at, value: milli(value), order }))
          .sort((a, b) => a.at - b.at || a.order - b.order)
          .map(({ at, value }) => ({ at, value })),
      };
    }),
);
