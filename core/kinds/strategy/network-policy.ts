import type { NewObject } from '../../api/object.ts';
import type { NetworkPolicy, NetworkPolicyPort, NetworkPolicySpec } from '../../schema/types.generated.ts';
import { fill, memoised, onField, onItems, withFields } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import { validateNetworkPolicy, validateNetworkPolicyUpdate } from '../validation/network-policy.ts';

/** NetworkPolicies (Kubernetes' `pkg/apis/networking/v1/defaults.go`). */

const NO_SPEC: NetworkPolicySpec = Object.freeze({ podSelector: Object.freeze({}) });

function portDefaults(port: NetworkPolicyPort): NetworkPolicyPort {
  return fill(port, { protocol: 'TCP' });
}

const specDefaults = memoised((spec: NetworkPolicySpec): NetworkPolicySpec => {
  const into = onField(spec, 'ingress', (rules) =>
    onItems(rules, (rule) => onField(rule, 'ports', (ports) => onItems(ports, portDefaults))),
  );
  const both = onField(into, 'egress', (rules) =>
    onItems(rules, (rule) => onField(rule, 'ports', (ports) => onItems(ports, portDefaults))),
  );
  if ((both.policyTypes?.length ?? 0) > 0) return both;
  const hasEgress = (both.egress?.length ?? 0) > 0;
  return withFields(both, { policyTypes: hasEgress ? ['Ingress', 'Egress'] : ['Ingress'] });
});

export const NETWORK_POLICY_STRATEGY: KindStrategy<NetworkPolicy> = {
  applyDefaults(object: NewObject<NetworkPolicy>): NewObject<NetworkPolicy> {
    const spec = specDefaults(object.spec ?? NO_SPEC);
    return spec === object.spec ? object : { ...object, spec };
  },
  validate: validateNetworkPolicy,
  validateUpdate: validateNetworkPolicyUpdate,
};
