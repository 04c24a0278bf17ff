import type { Controller } from '../../controllers/controller.ts';
import { CONTROLLERS } from '../../controllers/list.ts';
import { nodeLifecycle } from '../../controllers/nodes/node-lifecycle.ts';
import type { KubernetesSettings } from '../scenario/flags.ts';

type Flags = KubernetesSettings['kubeControllerManager'];

/** The flag that sets how many keys a controller handles at once. */
const WORKERS = {
  'deployment-controller': 'concurrent-deployment-syncs',
  'replicaset-controller': 'concurrent-replicaset-syncs',
} as const satisfies Readonly<Record<string, keyof Flags>>;

/** The controllers of the kube-controller-manager, as its flags set them. */
export function controllersWith(flags: Flags): readonly Controller[] {
  const lifecycle = nodeLifecycle({
    monitor: flags['node-monitor-grace-period'],
    startup: flags['node-startup-grace-period'],
  });
  return CONTROLLERS['kube-controller-manager'].map((controller) => {
    // Memories have many types; only the controller that made one looks into it.
    if (controller.name === lifecycle.name) return lifecycle as unknown as Controller;
    const flag = Object.hasOwn(WORKERS, controller.name)
      ? WORKERS[controller.name as keyof typeof WORKERS]
      : undefined;
    return flag === undefined ? controller : { ...controller, workers: flags[flag] };
  });
}
