import { timelineTests } from '../testing/timeline-tests.ts';
import { daemonSetController } from './daemon-set.ts';
import { deploymentController } from './deployment.ts';
import { replicaSetController } from './replica-set.ts';

timelineTests(new URL('.', import.meta.url), [
  daemonSetController,
  deploymentController,
  replicaSetController,
]);
