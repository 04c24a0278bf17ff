import type { NewObject } from '../../api/object.ts';
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStatus,
  DeploymentStrategy,
  ReplicaSet,
  ReplicaSetSpec,
  ReplicaSetStatus,
} from '../../schema/types.generated.ts';
import { fill, memoised, onField } from '../defaults/fill.ts';
import { templateDefaults } from '../defaults/pod-spec.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateDeployment,
  validateDeploymentUpdate,
  validateReplicaSet,
  validateReplicaSetUpdate,
} from '../validation/workloads.ts';

/** Deployments and ReplicaSets (Kubernetes' `pkg/apis/apps/v1/defaults.go`). */
const DEPLOYMENT: Partial<DeploymentSpec> = {
  progressDeadlineSeconds: 600,
  replicas: 1,
  revisionHistoryLimit: 10,
  strategy: {},
};
const QUARTER = '25%';

function strategyDefaults(strategy: DeploymentStrategy): DeploymentStrategy {
  const typed = fill(strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  return onField(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
    fill(rolling, { maxSurge: QUARTER, maxUnavailable: QUARTER }),
  );
}

const deploymentSpecDefaults = memoised((spec: DeploymentSpec): DeploymentSpec => {
  const filled = onField(fill(spec, DEPLOYMENT), 'strategy', strategyDefaults);
  return onField(filled, 'template', templateDefaults);
});

const replicaSetSpecDefaults = memoised(
  (spec: ReplicaSetSpec): ReplicaSetSpec =>
    onField(fill(spec, { replicas: 1 }), 'template', templateDefaults),
);

/** Every counter that the controller writes has its key, so that its copies keep the hidden class. */
const DEPLOYMENT_STATUS: DeploymentStatus = {
  availableReplicas: undefined,
  collisionCount: undefined,
  conditions: undefined,
  observedGeneration: undefined,
  readyReplicas: undefined,
  replicas: undefined,
  terminatingReplicas: undefined,
  unavailableReplicas: undefined,
  updatedReplicas: undefined,
};

const REPLICA_SET_STATUS: ReplicaSetStatus = {
  availableReplicas: undefined,
  conditions: undefined,
  fullyLabeledReplicas: undefined,
  observedGeneration: undefined,
  readyReplicas: undefined,
  replicas: 0,
  terminatingReplicas: undefined,
};

/** What validation finds fault with where a client sent no spec at all. */
const NO_SPEC: object = Object.freeze({});

export const DEPLOYMENT_STRATEGY: KindStrategy<Deployment> = {
  applyDefaults(object: NewObject<Deployment>): NewObject<Deployment> {
    const spec = deploymentSpecDefaults(object.spec ?? (NO_SPEC as DeploymentSpec));
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate({ apiVersion, kind, metadata, spec }: NewObject<Deployment>): NewObject<Deployment> {
    return { apiVersion, kind, metadata, spec, status: DEPLOYMENT_STATUS };
  },

  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
};

export const REPLICA_SET_STRATEGY: KindStrategy<ReplicaSet> = {
  applyDefaults(object: NewObject<ReplicaSet>): NewObject<ReplicaSet> {
    const spec = replicaSetSpecDefaults(object.spec ?? (NO_SPEC as ReplicaSetSpec));
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate({ apiVersion, kind, metadata, spec }: NewObject<ReplicaSet>): NewObject<ReplicaSet> {
    return { apiVersion, kind, metadata, spec, status: REPLICA_SET_STATUS };
  },

  validate: validateReplicaSet,
  validateUpdate: validateReplicaSetUpdate,
};
