import { timelineTests } from '../testing/timeline-tests.ts';
import { claimProtectionController } from './claim-protection.ts';
import { persistentVolumeBinder } from './persistent-volume-binder.ts';
import { volumeProtectionController } from './volume-protection.ts';

timelineTests(new URL('.', import.meta.url), [
  claimProtectionController,
  volumeProtectionController,
  persistentVolumeBinder,
]);
