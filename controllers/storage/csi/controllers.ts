import type { Kind } from '../../../core/kinds/kind.ts';
import {
  CSI_DRIVER,
  CSI_NODE,
  NODE,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  STORAGE_CLASS,
} from '../../../core/kinds/registry.ts';
import type { Controller } from '../../controller.ts';
import type { CsiBackend } from './driver.ts';
import { externalProvisioner } from './provisioner.ts';
import { csiNodeRegistrar } from './registrar.ts';
import { externalResizer } from './resizer.ts';

/** What they look at, and no more. */
export const WATCHED_BY_CSI: readonly Kind[] = [
  NODE,
  STORAGE_CLASS,
  CSI_DRIVER,
  CSI_NODE,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
];

/** The sidecars of all CSI drivers: they run in pods of the cluster, outside of kube-controller-manager. */
export function csiControllers(backend: CsiBackend): readonly Controller[] {
  // Memories have two types; only the controller that made one looks into it.
  const controllers: readonly unknown[] = [
    csiNodeRegistrar(backend),
    externalProvisioner(backend),
    externalResizer(backend),
  ];
  return controllers as readonly Controller[];
}
