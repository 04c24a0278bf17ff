import { timelineTests } from '../testing/timeline-tests.ts';
import { deploymentController } from './deployment.ts';
import { replicaSetController } from './replica-set.ts';

timelineTests(new URL('.', import.meta.url), [deploymentController, replicaSetController]);
