/**
 * How the containers of one machine share its CPU (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/):
 * each gets what it wants up to its limit, and where that is more than there is, in proportion to its CPU request
 * (`cpu.weight`); what one leaves goes to the others in the same proportion.
 */
export interface CpuClaim {
  /** Milli-CPU that it wants, at most its limit. */
  readonly wants: number;
  /** Milli-CPU. `Infinity` where there is none. */
  readonly limit: number;
  /** Its CPU request in milli-CPU. */
  readonly request: number;
}

/** A container without a request has the least weight that there is (`cpu.shares` 2, as of 2m). */
const LEAST_WEIGHT = 2;

/**
 * What each could use of `capacity` milli-CPU if it alone wanted more: between what it has while all others have what
 * they want, and its share while they all contend.
 */
export function availableCpu(capacity: number, claims: readonly CpuClaim[]): readonly number[] {
  const level = levelOf(capacity, claims);
  let usedTotal = 0;
  for (const claim of claims) usedTotal += used(claim, level);
  return claims.map((claim) => {
    const free = capacity - usedTotal + used(claim, level);
    const fair = level === undefined ? 0 : weightOf(claim) * level;
    return Math.max(0, Math.min(claim.limit, Math.max(free, fair)));
  });
}

function weightOf({ request }: CpuClaim): number {
  return Math.max(request, LEAST_WEIGHT);
}

function used(claim: CpuClaim, level: number | undefined): number {
  return level === undefined ? claim.wants : Math.min(claim.wants, weightOf(claim) * level);
}

/** CPU for each unit of weight of those that want more than they get; `undefined` where all get what they want. */
function levelOf(capacity: number, claims: readonly CpuClaim[]): number | undefined {
  let left = capacity;
  let weight = 0;
  let wanted = 0;
  for (const claim of claims) {
    wanted += claim.wants;
    weight += weightOf(claim);
  }
  if (wanted <= capacity) return undefined;
  // Those that want least for their weight are satisfied first; the others share what is left.
  const order = claims
    .map((claim, index) => ({ index, weight: weightOf(claim), wants: claim.wants }))
    .sort((a, b) => a.wants / a.weight - b.wants / b.weight || a.index - b.index);
  for (const { weight: own, wants } of order) {
    if (wants / own >= left / weight) break;
    left -= wants;
    weight -= own;
  }
  return left / weight;
}
