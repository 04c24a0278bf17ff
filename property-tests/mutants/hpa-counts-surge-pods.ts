import { horizontalPodAutoscalerController } from '../../controllers/autoscaling/horizontal-pod-autoscaler.ts';
import type { Controller } from '../../controllers/controller.ts';
import { controllerSettings } from '../../sim/host/controllers-with.ts';
import type { Mutant } from './mutant.ts';

/** kubernetes#72775: each rollout makes the workload larger by its surge (383 → 479 → 589 → 664). */
export const hpaCountsSurgePods: Mutant = {
  name: 'hpa-counts-surge-pods',
  about:
    "An autoscaler takes the pods that there are, a rollout's surge among them, for the size that was wanted.",
  source: 'https://github.com/kubernetes/kubernetes/issues/72775',
  controller: 'horizontal-pod-autoscaler-controller',
  change: (real, settings) => ({
    ...(horizontalPodAutoscalerController(
      controllerSettings(settings.kubeControllerManager).horizontalPodAutoscaler,
      { currentReplicas: ({ statusReplicas }) => statusReplicas },
      // The host never looks into a controller's memory.
    ) as Controller),
    workers: real.workers,
  }),
};
