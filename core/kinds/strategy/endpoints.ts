import type { NewObject } from '../../api/object.ts';
import type { EndpointPort, Endpoints } from '../../schema/types.generated.ts';
import { fill, onField, onItems } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import { validateEndpoints } from '../validation/endpoints.ts';

/** Endpoints (`SetDefaults_Endpoints`). */

function portDefaults(port: EndpointPort): EndpointPort {
  return fill(port, { protocol: 'TCP' });
}

export const ENDPOINTS_STRATEGY: KindStrategy<Endpoints> = {
  countsGenerations: false,
  applyDefaults(object: NewObject<Endpoints>): NewObject<Endpoints> {
    return onField(object, 'subsets', (subsets) =>
      onItems(subsets ?? [], (subset) => onField(subset, 'ports', (ports) => onItems(ports, portDefaults))),
    );
  },
  validate: validateEndpoints,
  validateUpdate: validateEndpoints,
};
