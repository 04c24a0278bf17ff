import { describe, expect, test } from 'vitest';
import type { NewObject } from '../../api/object.ts';
import { decodeObject } from '../../schema/decode.ts';
import type { HorizontalPodAutoscaler } from '../../schema/types.generated.ts';
import { toStoredVersion } from '../conversion.ts';
import { HORIZONTAL_POD_AUTOSCALER_STRATEGY as STRATEGY } from './horizontal-pod-autoscaler.ts';

const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function autoscaler(spec: object, apiVersion = 'autoscaling/v2', annotations?: object) {
  const { value, problems } = decodeObject({
    apiVersion,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', ...(annotations === undefined ? {} : { annotations }) },
    spec,
  });
  expect(problems).toEqual([]);
  return toStoredVersion(value as NewObject) as NewObject<HorizontalPodAutoscaler>;
}

function defaulted(spec: object) {
  return STRATEGY.applyDefaults!(autoscaler(spec)).spec;
}

/** `field: body` of each error. */
function errors(spec: object): readonly string[] {
  const object = STRATEGY.applyDefaults!(autoscaler(spec));
  return STRATEGY.validate!(object).map(({ body, field }) => `${field}: ${body}`);
}

describe('defaults', () => {
  test('one replica at least, and 80 % of the CPU', () => {
    expect(defaulted({ scaleTargetRef: TARGET, maxReplicas: 5 })).toEqual({
      scaleTargetRef: TARGET,
      maxReplicas: 5,
      minReplicas: 1,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    });
  });

  test('behavior is filled in where there is some', () => {
    const up = {
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
      selectPolicy: 'Max',
      stabilizationWindowSeconds: 0,
    };
    const down = { policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }], selectPolicy: 'Max' };
    expect(defaulted({ scaleTargetRef: TARGET, maxReplicas: 5, behavior: {} })?.behavior).toEqual({
      scaleUp: up,
      scaleDown: down,
    });
    const some = {
      scaleUp: { selectPolicy: 'Min', tolerance: '0.05' },
      scaleDown: { stabilizationWindowSeconds: 60 },
    };
    expect(defaulted({ scaleTargetRef: TARGET, maxReplicas: 5, behavior: some })?.behavior).toEqual({
      scaleUp: { ...up, selectPolicy: 'Min', tolerance: '50m' },
      scaleDown: { ...down, stabilizationWindowSeconds: 60 },
    });
  });

  test('what is complete comes back as it is', () => {
    const once = STRATEGY.applyDefaults!(
      autoscaler({ scaleTargetRef: TARGET, maxReplicas: 5, behavior: {} }),
    );
    expect(STRATEGY.applyDefaults!(once)).toBe(once);
  });
});

const RESOURCE = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
};

describe('validation', () => {
  const rows: readonly [string, object, readonly string[]][] = [
    ['nothing', {}, []],
    [
      'bounds',
      { minReplicas: 0, maxReplicas: -1 },
      [
        'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
        'spec.maxReplicas: Invalid value: -1: must be greater than 0',
        'spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`',
        'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
      ],
    ],
    [
      'the target',
      { scaleTargetRef: { apiVersion: 'v1', kind: 'De/ployment', name: '..' } },
      [
        'spec.scaleTargetRef.kind: Invalid value: "De/ployment": may not contain \'/\'',
        'spec.scaleTargetRef.name: Invalid value: "..": may not be \'..\'',
        'spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group',
      ],
    ],
    [
      'the only kind without a group',
      { scaleTargetRef: { apiVersion: 'v1', kind: 'ReplicationController', name: 'a' } },
      [],
    ],
    [
      'a type of metric that is none',
      { metrics: [{ type: 'Resoruce' }] },
      new Array(2).fill(
        'spec.metrics[0].type: Unsupported value: "Resoruce": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      ),
    ],
    [
      'a metric without its source, and one with two',
      {
        metrics: [
          { type: 'Pods' },
          {
            ...RESOURCE,
            pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '1' } },
          },
        ],
      },
      [
        'spec.metrics[0].pods: Required value: must populate information for the given metric source',
        'spec.metrics[1].pods: Forbidden: must populate the given metric source only',
      ],
    ],
    [
      'targets of resources',
      {
        metrics: [
          { type: 'Resource', resource: { name: '', target: { type: 'Value' } } },
          {
            type: 'ContainerResource',
            containerResource: {
              name: 'cpu',
              container: '',
              target: { type: 'Some', averageUtilization: 0, averageValue: '0' },
            },
          },
        ],
      },
      [
        'spec.metrics[0].resource.name: Required value: must specify a resource name',
        'spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
        'spec.metrics[1].containerResource.container: Required value: must specify a container',
        'spec.metrics[1].containerResource.target.type: Invalid value: "Some": must be either Utilization, Value, or AverageValue',
        'spec.metrics[1].containerResource.target.averageValue: Invalid value: "0": must be positive',
        'spec.metrics[1].containerResource.target.averageUtilization: Invalid value: 0: must be greater than 0',
        'spec.metrics[1].containerResource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization',
      ],
    ],
    [
      'metrics of other things',
      {
        metrics: [
          { type: 'Pods', pods: { metric: { name: '' }, target: { type: 'AverageValue' } } },
          {
            type: 'Object',
            object: {
              describedObject: { kind: '', name: 'a' },
              metric: { name: 'a' },
              target: { type: 'Value' },
            },
          },
          {
            type: 'External',
            external: { metric: { name: 'a/b' }, target: { type: 'Value', value: '1', averageValue: '1' } },
          },
        ],
      },
      [
        'spec.metrics[0].pods.metric.name: Required value: must specify a metric name',
        'spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue',
        'spec.metrics[1].object.describedObject.kind: Required value',
        'spec.metrics[1].object.target.averageValue: Required value: must set either a target value or averageValue',
        'spec.metrics[2].external.metric.name: Invalid value: "a/b": may not contain \'/\'',
        'spec.metrics[2].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target',
      ],
    ],
    [
      'behavior',
      {
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 3601, selectPolicy: 'Most', policies: [], tolerance: '-1' },
          scaleDown: {
            stabilizationWindowSeconds: -1,
            policies: [{ type: 'Pod', value: 0, periodSeconds: 1801 }],
          },
        },
      },
      [
        'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
        'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Most": supported values: "Disabled", "Max", "Min"',
        'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy',
        'spec.behavior.scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0',
        'spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero',
        'spec.behavior.scaleDown.policies[0].type: Unsupported value: "Pod": supported values: "Percent", "Pods"',
        'spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero',
        'spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
      ],
    ],
  ];

  test.each(rows)('of %s', (_title, spec, expected) => {
    expect(errors({ scaleTargetRef: TARGET, maxReplicas: 5, ...spec })).toEqual(expected);
  });

  test('a reference without a group stays where it was stored before', () => {
    const old = autoscaler({ scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 5 });
    const next = autoscaler({ scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 6 });
    const update = STRATEGY.validateUpdate!.bind(STRATEGY) as (a: unknown, b: unknown) => readonly unknown[];
    expect(update(next, old)).toEqual([]);
    const good = autoscaler({ scaleTargetRef: TARGET, maxReplicas: 5 });
    expect(update(next, good)).toHaveLength(1);
  });
});

describe('autoscaling/v1', () => {
  const spec = { scaleTargetRef: TARGET, maxReplicas: 5, minReplicas: 2 };

  test('its one target is a metric', () => {
    expect(autoscaler({ ...spec, targetCPUUtilizationPercentage: 50 }, 'autoscaling/v1')).toEqual({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: { ...spec, metrics: [RESOURCE] },
    });
    expect(autoscaler(spec, 'autoscaling/v1').spec).toEqual(spec);
  });

  test('its annotations are further metrics, behavior, and a status that is dropped', () => {
    const prefix = 'autoscaling.alpha.kubernetes.io';
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    const metrics = [
      { type: 'Resource', resource: { name: 'memory', targetAverageValue: '100Mi' } },
      { type: 'Pods', pods: { metricName: 'qps', targetAverageValue: '1k' } },
      {
        type: 'Object',
        object: {
          target: { kind: 'Service', name: 'a', apiVersion: 'v1' },
          metricName: 'r',
          targetValue: '5',
        },
      },
      { type: 'External', external: { metricName: 'q', metricSelector: {}, targetAverageValue: '3' } },
    ];
    const converted = autoscaler({ ...spec, targetCPUUtilizationPercentage: 50 }, 'autoscaling/v1', {
      [`${prefix}/metrics`]: JSON.stringify(metrics),
      [`${prefix}/behavior`]: JSON.stringify(behavior),
      [`${prefix}/conditions`]: '[]',
      kept: 'yes',
    });
    expect(converted.metadata.annotations).toEqual({ kept: 'yes' });
    expect(converted.spec).toEqual({
      ...spec,
      behavior,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } },
        },
        {
          type: 'Pods',
          pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '1k' } },
        },
        {
          type: 'Object',
          object: {
            describedObject: { kind: 'Service', name: 'a', apiVersion: 'v1' },
            metric: { name: 'r' },
            target: { type: 'Value', value: '5' },
          },
        },
        {
          type: 'External',
          external: {
            metric: { name: 'q', selector: {} },
            target: { type: 'AverageValue', averageValue: '3' },
          },
        },
        RESOURCE,
      ],
    });
    expect(STRATEGY.validate!(STRATEGY.applyDefaults!(converted))).toEqual([]);
  });

  test('annotations that nobody can read are left out', () => {
    const prefix = 'autoscaling.alpha.kubernetes.io';
    const converted = autoscaler(spec, 'autoscaling/v1', {
      [`${prefix}/metrics`]: '[{"type": 3}, 7',
      [`${prefix}/behavior`]: '"fast"',
    });
    expect(converted.spec).toEqual(spec);
    expect(converted.metadata).toEqual({ name: 'web' });
  });
});
