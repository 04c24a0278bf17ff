import { DEFAULT_CONTROLLER_SETTINGS } from '../settings.ts';
import { timelineTests } from '../testing/timeline-tests.ts';
import { deploymentController } from '../workloads/deployment.ts';
import { replicaSetController } from '../workloads/replica-set.ts';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler.ts';

timelineTests(new URL('.', import.meta.url), [
  deploymentController,
  replicaSetController,
  horizontalPodAutoscalerController(DEFAULT_CONTROLLER_SETTINGS.horizontalPodAutoscaler),
]);
