import { VOLUME_PROTECTION } from '../../core/api/admission/storage-protection.ts';
import { keyOf } from '../../core/api/object.ts';
import { PERSISTENT_VOLUME } from '../../core/kinds/registry.ts';
import { type Controller, DONE } from '../controller.ts';
import { protect } from './protection.ts';

/** A volume that is to be deleted stays while a claim has it (kubernetes `pkg/controller/volume/pvprotection`). */
export const volumeProtectionController: Controller<never> = {
  name: 'persistentvolume-protection-controller',
  component: 'persistentvolume-protection-controller',
  workers: 1,
  watches: [
    { kind: PERSISTENT_VOLUME, keys: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]) },
  ],
  reconcile: (view, key) => {
    const volume = view.getByKey(PERSISTENT_VOLUME, key);
    if (volume === undefined) return DONE;
    return protect(PERSISTENT_VOLUME, volume, VOLUME_PROTECTION, ({ status }) => status.phase === 'Bound');
  },
};
