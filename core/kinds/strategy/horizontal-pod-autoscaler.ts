import type { NewObject } from '../../api/object.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
  HPAScalingRules,
  MetricSpec,
} from '../../schema/types.generated.ts';
import { fill, memoised, onField, withFields } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateAutoscaler,
  validateAutoscalerStatusUpdate,
  validateAutoscalerUpdate,
} from '../validation/horizontal-pod-autoscaler.ts';

/** HorizontalPodAutoscalers (Kubernetes' `pkg/apis/autoscaling/v2/defaults.go`). */

const DEFAULT_METRICS: readonly MetricSpec[] = [
  {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  },
];

/** Double, or four more, whichever is more, at each sync; no stabilisation. */
const SCALE_UP: HPAScalingRules = {
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
  selectPolicy: 'Max',
  stabilizationWindowSeconds: 0,
};

/** As many as wanted. The window that is absent here is the one of the controller's flag. */
const SCALE_DOWN: HPAScalingRules = {
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  selectPolicy: 'Max',
};

/** Without any `behavior` there are no rules to fill: the controller goes by those of its flags. */
function behaviorDefaults({
  scaleDown,
  scaleUp,
}: HorizontalPodAutoscalerBehavior): HorizontalPodAutoscalerBehavior {
  return {
    scaleDown: scaleDown === undefined ? SCALE_DOWN : fill(scaleDown, SCALE_DOWN),
    scaleUp: scaleUp === undefined ? SCALE_UP : fill(scaleUp, SCALE_UP),
  };
}

const specDefaults = memoised((spec: HorizontalPodAutoscalerSpec): HorizontalPodAutoscalerSpec => {
  const filled = onField(fill(spec, { minReplicas: 1 }), 'behavior', behaviorDefaults);
  if (filled.metrics !== undefined && filled.metrics.length > 0) return filled;
  return withFields(filled, { metrics: DEFAULT_METRICS });
});

const STATUS: HorizontalPodAutoscalerStatus = {
  conditions: undefined,
  currentMetrics: undefined,
  currentReplicas: undefined,
  desiredReplicas: 0,
  lastScaleTime: undefined,
};

/** What validation finds fault with where a client sent no spec at all. */
const NO_SPEC: object = Object.freeze({});

export const HORIZONTAL_POD_AUTOSCALER_STRATEGY: KindStrategy<HorizontalPodAutoscaler> = {
  countsGenerations: false,

  applyDefaults(object: NewObject<HorizontalPodAutoscaler>): NewObject<HorizontalPodAutoscaler> {
    const spec = specDefaults(object.spec ?? (NO_SPEC as HorizontalPodAutoscalerSpec));
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate({
    apiVersion,
    kind,
    metadata,
    spec,
  }: NewObject<HorizontalPodAutoscaler>): NewObject<HorizontalPodAutoscaler> {
    return { apiVersion, kind, metadata, spec, status: STATUS };
  },

  validate: validateAutoscaler,
  validateUpdate: validateAutoscalerUpdate,
  validateStatusUpdate: validateAutoscalerStatusUpdate,
};
