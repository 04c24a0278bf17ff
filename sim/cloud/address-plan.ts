import { addressText } from '../kubelet/pod-addresses.ts';

/**
 * Where nodes and their pods have their addresses. Up to 256 nodes get the /24 of 10.244.0.0/16 that kubeadm's and
 * flannel's documentation give; more continue through 10.0.0.0/8, past the range of services (10.96.0.0/12). A
 * machine for more pods than a /24 holds makes all ranges of the cluster larger.
 */
const FIRST_BLOCK = 10 * 2 ** 24 + 244 * 2 ** 16;
const SPACE = 10 * 2 ** 24;
const SPACE_SIZE = 2 ** 24;
/** 10.96.0.0/12, the default `--service-cluster-ip-range`. */
const SERVICES = { base: 10 * 2 ** 24 + 96 * 2 ** 16, size: 2 ** 20 } as const;
const FIRST_BLOCK_SIZE = 2 ** 16;
/** Nodes themselves: 172.16.0.0/12, the first address being the gateway's. */
const NODES = 172 * 2 ** 24 + 16 * 2 ** 16;
const NODES_SIZE = 2 ** 20;
const FIRST_NODE = 2;
const LEAST_BITS = 24;
const MOST_BITS = 18;
/** Addresses of a range that no pod gets. */
const RESERVED = 3;

/** How many bits of a pod range are fixed (`--node-cidr-mask-size`), so that it holds so many pods. */
export function maskBits(podsMax: number): number {
  let bits = LEAST_BITS;
  while (bits > MOST_BITS && (1 << (32 - bits)) - RESERVED < podsMax) bits -= 1;
  return bits;
}

/** The pod range of the n-th machine, from 0. */
export function podCidr(ordinal: number, bits: number): string {
  const size = 1 << (32 - bits);
  const firstBlock = FIRST_BLOCK_SIZE / size;
  if (ordinal < firstBlock) return `${addressText(FIRST_BLOCK + ordinal * size)}/${bits}`;
  let base = SPACE + (ordinal - firstBlock) * size;
  if (base >= SERVICES.base) base += SERVICES.size;
  if (base >= FIRST_BLOCK) base += FIRST_BLOCK_SIZE;
  if (base + size > SPACE + SPACE_SIZE) {
    throw new Error(`a cluster has no pod addresses for more than ${ordinal} nodes with ranges of /${bits}`);
  }
  return `${addressText(base)}/${bits}`;
}

export function nodeAddress(ordinal: number): string {
  if (ordinal + FIRST_NODE >= NODES_SIZE - 1)
    throw new Error(`a cluster has no addresses for ${ordinal} nodes`);
  return addressText(NODES + FIRST_NODE + ordinal);
}
