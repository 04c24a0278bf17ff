import { csiControllers, WATCHED_BY_CSI } from '../../controllers/storage/csi/controllers.ts';
import type { CsiBackend } from '../../controllers/storage/csi/driver.ts';
import type { ApiServer } from '../../core/api/server.ts';
import { ControllerProcess } from '../host/process.ts';
import { processSettings } from '../host/process-settings.ts';
import type { WatchStream } from '../host/watch-stream.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** `--kube-api-qps` and `--kube-api-burst` that drivers of clouds give their sidecars (aws-ebs-csi-driver). */
const CLIENT = { 'kube-api-qps': 20, 'kube-api-burst': 100 };

/** The sidecars of all CSI drivers, which stand for the pods that these run in. */
export function csiProcess(
  kernel: Kernel,
  server: ApiServer,
  stream: WatchStream,
  storage: CsiBackend,
  events: boolean,
): ControllerProcess {
  const settings = processSettings(CLIENT, events);
  return new ControllerProcess(
    kernel,
    server,
    stream,
    'csi-drivers',
    csiControllers(storage),
    settings,
    WATCHED_BY_CSI,
  );
}
