import { randomStream } from '../../sim/random/keyed.ts';
import { StorageSystems } from '../../sim/storage/storage-systems.ts';
import { timelineTests } from '../testing/timeline-tests.ts';
import { claimProtectionController } from './claim-protection.ts';
import { csiControllers } from './csi/controllers.ts';
import { ephemeralVolumeController } from './ephemeral-volumes.ts';
import { persistentVolumeBinder } from './persistent-volume-binder.ts';
import { volumeProtectionController } from './volume-protection.ts';

timelineTests(new URL('.', import.meta.url), [
  claimProtectionController,
  volumeProtectionController,
  ephemeralVolumeController,
  persistentVolumeBinder,
  ...csiControllers(new StorageSystems([], randomStream(1, 'storage'))),
]);
