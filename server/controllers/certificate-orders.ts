import type { SigningRequest } from '../../core/certificates/signing-request.ts';

/** Which requests the signers of Kubernetes sign, and why they don't others (kubernetes `certificates/helpers`). */

const SIGNER = 'kubernetes.io/';
export const KUBELET_CLIENT = `${SIGNER}kube-apiserver-client-kubelet`;

/** Usages of each signer: those that are needed, and those that may be. */
interface Policy {
  readonly needed: readonly string[];
  readonly allowed: readonly string[];
  readonly subject?: 'kubelet' | 'kubelet-serving';
  readonly purpose: string;
}

const ALWAYS = ['digital signature', 'key encipherment'];

const POLICIES: Readonly<Record<string, Policy>> = {
  [`${SIGNER}kube-apiserver-client`]: { needed: ['client auth'], allowed: ALWAYS, purpose: 'client' },
  [KUBELET_CLIENT]: { needed: ['client auth'], allowed: ALWAYS, subject: 'kubelet', purpose: 'client' },
  [`${SIGNER}kubelet-serving`]: {
    needed: ['server auth'],
    allowed: ALWAYS,
    subject: 'kubelet-serving',
    purpose: 'server',
  },
};

export function isKnownSigner(name: string): boolean {
  return Object.hasOwn(POLICIES, name);
}

function usageProblem({ needed, allowed, purpose }: Policy, usages: readonly string[]): string | undefined {
  const unknown = usages.find((usage) => !needed.includes(usage) && !allowed.includes(usage));
  if (unknown !== undefined) return `invalid usage for ${purpose} certificate: ${unknown}`;
  const missing = needed.find((usage) => !usages.includes(usage));
  return missing === undefined ? undefined : `missing required usage for ${purpose} certificate: ${missing}`;
}

function nodeProblem(request: SigningRequest): string | undefined {
  const { commonName, organizations } = request;
  if (organizations.length !== 1 || organizations[0] !== 'system:nodes') {
    return 'subject organization is not system:nodes';
  }
  return commonName.startsWith('system:node:')
    ? undefined
    : 'subject common name does not begin with system:node: ';
}

function namesProblem(request: SigningRequest, isServing: boolean): string | undefined {
  const { dnsNames, ipAddresses, otherNames } = request;
  if (otherNames > 0) return 'Email and URI subjectAltNames are not allowed';
  const has = dnsNames.length > 0 || ipAddresses > 0;
  if (isServing) return has ? undefined : 'DNS or IP subjectAltName is required';
  return has ? 'DNS and IP subjectAltNames are not allowed' : undefined;
}

/** Why this is not signed; `undefined` where it is. */
export function orderProblem(
  signerName: string,
  request: SigningRequest,
  usages: readonly string[],
): string | undefined {
  const policy = POLICIES[signerName];
  if (policy === undefined) return undefined;
  const { subject } = policy;
  const ofNode =
    subject === undefined
      ? undefined
      : (nodeProblem(request) ?? namesProblem(request, subject === 'kubelet-serving'));
  return ofNode ?? usageProblem(policy, usages);
}
