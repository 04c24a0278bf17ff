import { timelineTests } from '../testing/timeline-tests.ts';
import { deploymentController } from '../workloads/deployment.ts';
import { replicaSetController } from '../workloads/replica-set.ts';
import { clusterRoleAggregation } from './cluster-role-aggregation.ts';
import { customResourceDefinitionController } from './custom-resource-definitions.ts';
import { disruptionController } from './disruption.ts';
import { garbageCollector } from './garbage-collection.ts';
import { resourceQuotaController } from './resource-quota.ts';

timelineTests(new URL('.', import.meta.url), [
  deploymentController,
  replicaSetController,
  garbageCollector,
  disruptionController,
  resourceQuotaController,
  clusterRoleAggregation,
  customResourceDefinitionController,
]);
