import type { KubeObject } from '../../core/api/object.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { Handler } from '../testing/commands.ts';
import { timelineTests } from '../testing/timeline-tests.ts';
import { deploymentController } from '../workloads/deployment.ts';
import { replicaSetController } from '../workloads/replica-set.ts';
import { endpointSliceController } from './endpoint-slice.ts';

/** `address`: gives every pod that has none an address, as its network does. */
const address: Handler = (world) =>
  world.server.state.list(POD, 'default').flatMap((pod, i) => {
    if (pod.status.podIP !== undefined) return [];
    const podIP = `10.0.0.${i + 1}`;
    const change = (stored: KubeObject): KubeObject => {
      const old = stored as Pod;
      const next: Pod = { ...old, status: { ...old.status, podIP, podIPs: [{ ip: podIP }] } };
      return next;
    };
    const { name } = pod.metadata;
    world.request(
      { verb: 'patch', kind: POD, namespace: 'default', name, subresource: 'status', change },
      'kubelet',
    );
    return [`${world.aliases.toAlias(name)} ${podIP}`];
  });

timelineTests(
  new URL('.', import.meta.url),
  [deploymentController, replicaSetController, endpointSliceController],
  { handlers: { address } },
);
