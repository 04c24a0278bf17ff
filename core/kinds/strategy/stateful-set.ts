import type { NewObject } from '../../api/object.ts';
import type {
  StatefulSet,
  StatefulSetSpec,
  StatefulSetStatus,
  StatefulSetUpdateStrategy,
  VolumeClaimTemplate,
} from '../../schema/types.generated.ts';
import { fill, memoised, onField, onItems, withFields } from '../defaults/fill.ts';
import { templateDefaults } from '../defaults/pod-spec.ts';
import type { KindStrategy } from '../kind.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from '../validation/stateful-set.ts';

/** StatefulSets (`SetDefaults_StatefulSet` of Kubernetes' `pkg/apis/apps/v1/defaults.go`). */

const SPEC: Partial<StatefulSetSpec> = {
  persistentVolumeClaimRetentionPolicy: {},
  podManagementPolicy: 'OrderedReady',
  replicas: 1,
  revisionHistoryLimit: 10,
  updateStrategy: {},
};

function strategyDefaults(strategy: StatefulSetUpdateStrategy): StatefulSetUpdateStrategy {
  const typed = fill(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  return onField(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
    fill(rolling, { partition: 0 }),
  );
}

/** A template of claims is a claim in itself, as the API server writes it. */
function claimDefaults(claim: VolumeClaimTemplate): VolumeClaimTemplate {
  const whole: object = fill(claim as VolumeClaimTemplate & { status?: object }, {
    status: { phase: 'Pending' },
  });
  const typed = withFields(whole, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' } as object);
  return onField(typed as VolumeClaimTemplate, 'spec', (spec) => fill(spec, { volumeMode: 'Filesystem' }));
}

const specDefaults = memoised((spec: StatefulSetSpec): StatefulSetSpec => {
  let next = onField(fill(spec, SPEC), 'updateStrategy', strategyDefaults);
  next = onField(next, 'persistentVolumeClaimRetentionPolicy', (policy) =>
    fill(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
  );
  next = onField(next, 'volumeClaimTemplates', (claims) => onItems(claims, claimDefaults));
  return onField(next, 'template', templateDefaults);
});

const STATUS: StatefulSetStatus = { availableReplicas: 0, replicas: 0 };
const NO_SPEC: object = Object.freeze({});

export const STATEFUL_SET_STRATEGY: KindStrategy<StatefulSet> = {
  applyDefaults(object: NewObject<StatefulSet>): NewObject<StatefulSet> {
    const spec = specDefaults(object.spec ?? (NO_SPEC as StatefulSetSpec));
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate({ apiVersion, kind, metadata, spec }: NewObject<StatefulSet>): NewObject<StatefulSet> {
    return { apiVersion, kind, metadata, spec, status: STATUS };
  },

  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
};
