import type { Pod } from '../../core/schema/types.generated.ts';
/** IPv4 addresses as unsigned 32-bit integers. */
export function addressText(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

export function parseCidr(cidr: string): { readonly base: number; readonly size: number } {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) throw new Error(`"${cidr}" is no IPv4 range such as 10.244.0.0/24`);
  const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number];
  return { base: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, size: (1 << (32 - bits)) >>> 0 };
}

/** Network address, the node's own end of the bridge, and broadcast. */
const FIRST_OFFSET = 2;
const LAST_RESERVED = 1;

/**
 * The addresses of a node's pods, handed out in turn as the host-local IPAM plugin does: one that was released
 * comes up again only after all the others (https://www.cni.dev/plugins/current/ipam/host-local/).
 */
export class PodAddresses {
  private readonly base: number;
  private readonly end: number;
  private next = FIRST_OFFSET;
  private readonly used = new Set<number>();

  constructor(cidr: string) {
    const { base, size } = parseCidr(cidr);
    this.base = base;
    this.end = size - LAST_RESERVED;
  }

  /** `undefined` where the range is used up. */
  allocate(): string | undefined {
    if (this.used.size >= this.end - FIRST_OFFSET) return undefined;
    while (this.used.has(this.next)) this.next = this.after(this.next);
    const offset = this.next;
    this.used.add(offset);
    this.next = this.after(offset);
    return addressText((this.base + offset) >>> 0);
  }

  release(address: string): void {
    this.used.delete(parseCidr(`${address}/32`).base - this.base);
  }

  private after(offset: number): number {
    return offset + 1 < this.end ? offset + 1 : FIRST_OFFSET;
  }
}

interface AddressedNode {
  readonly hostAddress: string;
  readonly addresses: PodAddresses;
}

/** The address of a pod's sandbox; `undefined` where there is none left. */
export function addressFor(pod: Pod, { hostAddress, addresses }: AddressedNode): string | undefined {
  return pod.spec.hostNetwork === true ? hostAddress : addresses.allocate();
}

export function releaseAddress(pod: Pod, { addresses }: AddressedNode, address: string | undefined): void {
  if (pod.spec.hostNetwork !== true && address !== undefined) addresses.release(address);
}
