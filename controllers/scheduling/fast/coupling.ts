import type { AffinityCounts } from '../cache/affinity-counts.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { HOSTNAME } from '../framework/spreading.ts';
import type { CountedSpreading } from './spread-search.ts';

/** A pod's rules between pods with what is counted for them, and which parts of the plugin are on. */
export interface CountedAffinity {
  readonly counts: AffinityCounts;
  readonly filters: boolean;
  /** Of the plugin's scores; 0 where it gives none. */
  readonly weight: number;
}

/** What the place of a pod depends on beside the nodes: where others are. */
export interface Coupling {
  readonly spreading: CountedSpreading | undefined;
  readonly affinity: CountedAffinity | undefined;
}

/** The topologies by whose domains nodes are told apart; each once. */
export function topologyKeysIn({ spreading, affinity }: Coupling): readonly string[] {
  const keys = new Set<string>();
  for (const { topologyKey } of spreading?.rules.constraints ?? []) keys.add(topologyKey);
  for (const { topologyKey } of spreading?.rules.hard ?? []) keys.add(topologyKey);
  for (const key of affinity?.counts.topologyKeys ?? []) keys.add(key);
  return [...keys];
}

function sameMembers(a: readonly unknown[] = [], b: readonly unknown[] = []): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i]);
}

/** Whether both read the very same counts, so that what was found with one holds with the other. */
export function readTheSame(a: Coupling, b: Coupling): boolean {
  return (
    (a === b ||
      (a.affinity?.counts === b.affinity?.counts &&
        sameMembers(a.spreading?.counts, b.spreading?.counts) &&
        sameMembers(a.spreading?.hardTotals, b.spreading?.hardTotals))) &&
    a.affinity?.weight === b.affinity?.weight
  );
}

const WANTED = 1;
const UNWANTED = 2;
const REFUSING = 4;

export function hostIsWanted(flags: number): boolean {
  return (flags & WANTED) !== 0;
}

export function hostIsRefused(flags: number): boolean {
  return (flags & (UNWANTED | REFUSING)) !== 0;
}

/**
 * What the pods on a node come to where each node is a domain of its own, number by number: for every rule of spreading
 * by host its count, then what rules between pods make of the host, and what is preferred of it. Of nodes with the same
 * numbers, domains and static scores, the one with the best score by load is the best.
 */
export function hostNumbers({ spreading, affinity }: Coupling, node: NodeInfo, into: number[]): void {
  into.length = 0;
  const host = node.label(HOSTNAME);
  if (host === undefined) return;
  if (spreading !== undefined) {
    const { rules, counts, hardTotals } = spreading;
    for (let i = 0; i < rules.constraints.length; i += 1) {
      if (rules.constraints[i]!.topologyKey === HOSTNAME) into.push(counts[i]!.on(node));
    }
    for (let i = 0; i < rules.hard.length; i += 1) {
      if (rules.hard[i]!.topologyKey === HOSTNAME) into.push(hardTotals[i]!.counts.get(host) ?? 0);
    }
  }
  if (affinity !== undefined) {
    const { wanted, unwanted, refusing, preferred } = affinity.counts;
    let flags = 0;
    if ((wanted.get(HOSTNAME)?.get(host) ?? 0) > 0) flags |= WANTED;
    if ((unwanted.get(HOSTNAME)?.get(host) ?? 0) > 0) flags |= UNWANTED;
    if ((refusing.get(HOSTNAME)?.get(host) ?? 0) > 0) flags |= REFUSING;
    into.push(flags, preferred.get(HOSTNAME)?.get(host) ?? 0);
  }
}
