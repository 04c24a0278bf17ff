import { timelineTests } from '../testing/timeline-tests.ts';
import { cronJobController } from './cron-job.ts';
import { daemonSetController } from './daemon-set.ts';
import { deploymentController } from './deployment.ts';
import { jobController } from './job.ts';
import { ttlAfterFinishedController } from './job-ttl.ts';
import { replicaSetController } from './replica-set.ts';
import { statefulSetController } from './stateful-set.ts';

timelineTests(new URL('.', import.meta.url), [
  cronJobController,
  daemonSetController,
  deploymentController,
  jobController,
  replicaSetController,
  statefulSetController,
  ttlAfterFinishedController,
]);
