import { equalValues } from '../../api/equal.ts';
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

/** Counts the template's changes: a field of the internal version, which apps/v1 shows as an annotation. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const INTEGER = /^\d{1,15}$/;

function templateGeneration({ metadata }: NewObject<DaemonSet>): number {
  const text = metadata.annotations?.[TEMPLATE_GENERATION];
  return text !== undefined && INTEGER.test(text) ? Number(text) : 0;
}

const NO_SPEC: object = Object.freeze({});

export const DAEMON_SET_STRATEGY: KindStrategy<DaemonSet> = {
  applyDefaults(object: NewObject<DaemonSet>): NewObject<DaemonSet> {
    const spec = specDefaults(object.spec ?? (NO_SPEC as DaemonSetSpec));
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate(object: NewObject<DaemonSet>): NewObject<DaemonSet> {
    const { apiVersion, kind, spec } = object;
    const generation = Math.max(1, templateGeneration(object));
    const annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
    return { apiVersion, kind, metadata: { ...object.metadata, annotations }, spec, status: STATUS };
  },

  prepareForUpdate(next: DaemonSet, previous: DaemonSet): DaemonSet {
    const before = templateGeneration(previous);
    const text = String(equalValues(next.spec.template, previous.spec.template) ? before : before + 1);
    if (next.metadata.annotations?.[TEMPLATE_GENERATION] === text) return next;
    const annotations = { ...next.metadata.annotations, [TEMPLATE_GENERATION]: text };
    return { ...next, metadata: { ...next.metadata, annotations } };
  },

  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
};
