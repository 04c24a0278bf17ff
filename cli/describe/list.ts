import type { KubeObject } from '../../core/api/object.ts';
import { describeConfigMap } from './config-map.ts';
import { describeCronJob } from './cron-job.ts';
import { describeDaemonSet } from './daemon-set.ts';
import { describeDeployment } from './deployment.ts';
import type { Describer } from './describer.ts';
import { describeDisruptionBudget } from './disruption-budget.ts';
import { describeEndpointSlice } from './endpoint-slice.ts';
import { describeAutoscaler } from './horizontal-pod-autoscaler.ts';
import { describeJob } from './job.ts';
import { describeNamespace } from './namespace.ts';
import { describeNode } from './node.ts';
import { describePod } from './pod.ts';
import { describeLimitRange, describeResourceQuota } from './quota.ts';
import { describeReplicaSet } from './replica-set.ts';
import { describeSecret } from './secret.ts';
import { describeService } from './service.ts';
import { describeServiceAccount } from './service-account.ts';
import { describeStatefulSet } from './stateful-set.ts';
import { describeVolumeClaim } from './volume-claim.ts';

/** An object of a kind is described by the describer of its resource: the name says what type the objects have. */
function typed<T extends KubeObject>(describer: Describer<T>): Describer {
  return describer as unknown as Describer;
}

/** The kinds with a description of their own, by resource, one line each. */
export const DESCRIBERS: Readonly<Record<string, Describer>> = {
  configmaps: typed(describeConfigMap),
  limitranges: typed(describeLimitRange),
  namespaces: typed(describeNamespace),
  nodes: typed(describeNode),
  persistentvolumeclaims: typed(describeVolumeClaim),
  pods: typed(describePod),
  resourcequotas: typed(describeResourceQuota),
  secrets: typed(describeSecret),
  serviceaccounts: typed(describeServiceAccount),
  services: typed(describeService),
  'cronjobs.batch': typed(describeCronJob),
  'daemonsets.apps': typed(describeDaemonSet),
  'deployments.apps': typed(describeDeployment),
  'endpointslices.discovery.k8s.io': typed(describeEndpointSlice),
  'horizontalpodautoscalers.autoscaling': typed(describeAutoscaler),
  'jobs.batch': typed(describeJob),
  'poddisruptionbudgets.policy': typed(describeDisruptionBudget),
  'replicasets.apps': typed(describeReplicaSet),
  'statefulsets.apps': typed(describeStatefulSet),
};
