import type { FieldError } from '../../api/status.ts';
import { exactNanos } from '../../quantity.ts';
import type {
  ContainerResourceMetricSource,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
  Quantity,
  ResourceMetricSource,
} from '../../schema/types.generated.ts';
import { validateReference } from './cross-version-reference.ts';
import { forbiddenField, invalidFor, invalidValue, notSupported, required } from './fields.ts';
import { dnsLabel, pathSegment } from './names.ts';

/** The metrics of a HorizontalPodAutoscaler (autoscaling/validation, `validateMetrics`). */

const SOURCE_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

/** Stands for a part that was left out. */
const NOTHING: Sent<MetricTarget & MetricIdentifier> = {};

/** Nothing that a client may leave out can be relied on before validation. */
type Sent<T> = { readonly [K in keyof T]?: T[K] | undefined };

function notPositive(value: Quantity | undefined, field: string): readonly FieldError[] {
  if (value === undefined || exactNanos(value) > 0n) return [];
  return [invalidValue(field, value, 'must be positive')];
}

function validateTarget(target: Sent<MetricTarget>, field: string): readonly FieldError[] {
  const { averageUtilization, averageValue, type = '', value } = target;
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${field}.type`, 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) {
    errors.push(invalidValue(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  errors.push(...notPositive(value, `${field}.value`), ...notPositive(averageValue, `${field}.averageValue`));
  if (averageUtilization !== undefined && averageUtilization < 1) {
    const path = `${field}.averageUtilization`;
    errors.push(invalidValue(path, averageUtilization, 'must be greater than 0'));
  }
  return errors;
}

function validateIdentifier({ name = '' }: Sent<MetricIdentifier>, field: string): readonly FieldError[] {
  if (name === '') return [required(`${field}.name`, 'must specify a metric name')];
  return invalidFor(`${field}.name`, name, pathSegment(name));
}

function validateObjectSource(source: Sent<ObjectMetricSource>, field: string): readonly FieldError[] {
  const { describedObject, metric = NOTHING, target = NOTHING } = source;
  const errors: FieldError[] = [
    ...validateReference(describedObject, `${field}.describedObject`, false),
    ...validateIdentifier(metric, `${field}.metric`),
    ...validateTarget(target, `${field}.target`),
  ];
  if (target.value === undefined && target.averageValue === undefined) {
    const detail = 'must set either a target value or averageValue';
    errors.push(required(`${field}.target.averageValue`, detail));
  }
  return errors;
}

function validateExternalSource(source: Sent<ExternalMetricSource>, field: string): readonly FieldError[] {
  const { metric = NOTHING, target = NOTHING } = source;
  const errors: FieldError[] = [
    ...validateIdentifier(metric, `${field}.metric`),
    ...validateTarget(target, `${field}.target`),
  ];
  if (target.value === undefined && target.averageValue === undefined) {
    const detail = 'must set either a target value for metric or a per-pod target';
    errors.push(required(`${field}.target.averageValue`, detail));
  }
  if (target.value !== undefined && target.averageValue !== undefined) {
    const detail = 'may not set both a target value for metric and a per-pod target';
    errors.push(forbiddenField(`${field}.target.value`, detail));
  }
  return errors;
}

function validatePodsSource(source: Sent<PodsMetricSource>, field: string): readonly FieldError[] {
  const { metric = NOTHING, target = NOTHING } = source;
  const errors: FieldError[] = [
    ...validateIdentifier(metric, `${field}.metric`),
    ...validateTarget(target, `${field}.target`),
  ];
  if (target.averageValue === undefined || exactNanos(target.averageValue) <= 0n) {
    const detail = 'must specify a positive target averageValue';
    errors.push(required(`${field}.target.averageValue`, detail));
  }
  return errors;
}

/** What a resource's target must say, for pods and for containers. */
function validateResourceTarget(target: Sent<MetricTarget>, field: string): readonly FieldError[] {
  const { averageUtilization, averageValue } = target;
  const errors: FieldError[] = [...validateTarget(target, field)];
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    errors.push(required(`${field}.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    errors.push(forbiddenField(`${field}.averageValue`, detail));
  }
  return errors;
}

function validateResourceName(name: string, field: string): readonly FieldError[] {
  return name === '' ? [required(`${field}.name`, 'must specify a resource name')] : [];
}

function validateResourceSource(source: Sent<ResourceMetricSource>, field: string): readonly FieldError[] {
  const { name = '', target = NOTHING } = source;
  return [...validateResourceName(name, field), ...validateResourceTarget(target, `${field}.target`)];
}

function validateContainerSource(
  source: Sent<ContainerResourceMetricSource>,
  field: string,
): readonly FieldError[] {
  const { container = '', name = '', target = NOTHING } = source;
  const path = `${field}.container`;
  return [
    ...validateResourceName(name, field),
    ...(container === ''
      ? [required(path, 'must specify a container')]
      : invalidFor(path, container, dnsLabel(container))),
    ...validateResourceTarget(target, `${field}.target`),
  ];
}

/** The field of each type, in the order in which they are looked at. */
const SOURCES: readonly {
  readonly type: string;
  readonly field: Exclude<keyof MetricSpec, 'type'>;
  readonly validate: (spec: MetricSpec, field: string) => readonly FieldError[];
}[] = [
  { type: 'Object', field: 'object', validate: (spec, at) => validateObjectSource(spec.object ?? {}, at) },
  {
    type: 'External',
    field: 'external',
    validate: (spec, at) => validateExternalSource(spec.external ?? {}, at),
  },
  { type: 'Pods', field: 'pods', validate: (spec, at) => validatePodsSource(spec.pods ?? {}, at) },
  {
    type: 'Resource',
    field: 'resource',
    validate: (spec, at) => validateResourceSource(spec.resource ?? {}, at),
  },
  {
    type: 'ContainerResource',
    field: 'containerResource',
    validate: (spec, at) => validateContainerSource(spec.containerResource ?? {}, at),
  },
];

function validateMetric(spec: MetricSpec, field: string): readonly FieldError[] {
  const { type = '' } = spec as Sent<MetricSpec>;
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${field}.type`, 'must specify a metric source type'));
  const unsupported = notSupported(`${field}.type`, type, SOURCE_TYPES);
  if (!SOURCE_TYPES.includes(type)) errors.push(unsupported);
  const present = SOURCES.filter((source) => spec[source.field] !== undefined);
  const [first] = present;
  if (first !== undefined) errors.push(...first.validate(spec, `${field}.${first.field}`));
  const expected = SOURCES.find((source) => source.type === type);
  // The type is found fault with a second time where its source is looked for.
  if (expected === undefined) errors.push(unsupported);
  else if (!present.includes(expected)) {
    const detail = 'must populate information for the given metric source';
    errors.push(required(`${field}.${expected.field}`, detail));
  }
  if (present.length === 1) return errors;
  for (const source of present) {
    if (source === expected) continue;
    errors.push(forbiddenField(`${field}.${source.field}`, 'must populate the given metric source only'));
  }
  return errors;
}

export function validateMetrics(
  metrics: readonly MetricSpec[],
  field: string,
  minReplicas: number | undefined,
): readonly FieldError[] {
  const errors = metrics.flatMap((metric, index) => validateMetric(metric, `${field}[${index}]`));
  const outlivesPods = metrics.some(({ type }) => type === 'Object' || type === 'External');
  if (minReplicas !== 0 || outlivesPods) return errors;
  const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
  return [...errors, forbiddenField(field, detail)];
}
