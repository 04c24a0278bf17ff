import type { NewObject } from '../../api/object.ts';
import type {
  DaemonSet,
  DaemonSetSpec,
  DaemonSetStatus,
  DaemonSetUpdateStrategy,
} from '../../schema/types.generated.ts';
import { fill, memoised, onField } from '../defaults/fill.ts';
import { templateDefaults } from '../defaults/pod-spec.ts';
import type { KindStrategy } from '../kind.ts';
import { validateDaemonSet, validateDaemonSetUpdate } from '../validation/daemon-set.ts';

/** DaemonSets (`SetDefaults_DaemonSet` of Kubernetes' `pkg/apis/apps/v1/defaults.go`). */

function strategyDefaults(strategy: DaemonSetUpdateStrategy): DaemonSetUpdateStrategy {
  const typed = fill(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  return onField(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
    fill(rolling, { maxSurge: 0, maxUnavailable: 1 }),
  );
}

const specDefaults = memoised((spec: DaemonSetSpec): DaemonSetSpec => {
  const filled = fill(spec, { revisionHistoryLimit: 10, updateStrategy: {} });
  return onField(onField(filled, 'updateStrategy', strategyDefaults), 'template', templateDefaults);
});

/** Its counters are always written, zeros too, but for those that came later. */
const STATUS: DaemonSetStatus = {
  currentNumberScheduled: 0,
  desiredNumberScheduled: 0,
  numberMisscheduled: 0,
  numberReady: 0,
};

const NO_SPEC: object = Object.freeze({});

export const DAEMON_SET_STRATEGY: KindStrategy<DaemonSet> = {
  applyDefaults(object: NewObject<DaemonSet>): NewObject<DaemonSet> {
    const spec = specDefaults(object.spec ?? (NO_SPEC as DaemonSetSpec));
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate({ apiVersion, kind, metadata, spec }: NewObject<DaemonSet>): NewObject<DaemonSet> {
    return { apiVersion, kind, metadata, spec, status: STATUS };
  },

  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
};
