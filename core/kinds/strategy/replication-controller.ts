import type { NewObject } from '../../api/object.ts';
import type {
  ReplicationController,
  ReplicationControllerSpec,
  ReplicationControllerStatus,
} from '../../schema/types.generated.ts';
import { fill, memoised, onField, withFields } from '../defaults/fill.ts';
import { templateDefaults } from '../defaults/pod-spec.ts';
import type { KindStrategy } from '../kind.ts';
import { validateReplicationController } from '../validation/replication-controller.ts';

/** ReplicationControllers (`SetDefaults_ReplicationController`): what the template says, the rest takes from it. */

const STATUS: ReplicationControllerStatus = { replicas: 0 };
const NO_SPEC: ReplicationControllerSpec = Object.freeze({});

function isEmpty(map: Readonly<Record<string, string>> | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0;
}

const specDefaults = memoised((spec: ReplicationControllerSpec): ReplicationControllerSpec => {
  const filled = onField(fill(spec, { replicas: 1 }), 'template', templateDefaults);
  const labels = filled.template?.metadata?.labels;
  return isEmpty(labels) || !isEmpty(filled.selector) ? filled : withFields(filled, { selector: labels });
});

export const REPLICATION_CONTROLLER_STRATEGY: KindStrategy<ReplicationController> = {
  applyDefaults(object: NewObject<ReplicationController>): NewObject<ReplicationController> {
    const spec = specDefaults(object.spec ?? NO_SPEC);
    const labels = spec.template?.metadata?.labels;
    if (labels !== undefined && !isEmpty(labels) && isEmpty(object.metadata.labels)) {
      return { ...object, spec, metadata: { ...object.metadata, labels } };
    }
    return spec === object.spec ? object : { ...object, spec };
  },
  prepareForCreate(object: NewObject<ReplicationController>): NewObject<ReplicationController> {
    const { apiVersion, kind, metadata, spec = NO_SPEC } = object;
    return { apiVersion, kind, metadata, spec, status: STATUS };
  },
  validate: validateReplicationController,
  validateUpdate: validateReplicationController,
};
