import type { Evaluation } from './reference.ts';

export interface ExplainedScore {
  readonly plugin: string;
  readonly raw: number;
  readonly normalized: number;
  readonly weight: number;
}

export type ExplainedNode =
  | {
      readonly node: string;
      readonly feasible: true;
      readonly scores: readonly ExplainedScore[];
      readonly total: number;
    }
  | {
      readonly node: string;
      readonly feasible: false;
      readonly plugin: string;
      readonly reasons: readonly string[];
    };

/** How a pod stands with every node that was looked at, by name. */
export interface Explanation {
  readonly nodes: readonly ExplainedNode[];
  /** Set where the pod was refused before any node was looked at. */
  readonly refused: { readonly plugin: string; readonly reasons: readonly string[] } | undefined;
}

export function explanationOf({ feasible, totals, scores, rejected, failure }: Evaluation): Explanation {
  const nodes: ExplainedNode[] = feasible.map((node, i) => ({
    node: node.name,
    feasible: true,
    scores: scores.map(({ plugin, weight, raw, normalized }) => ({
      plugin,
      raw: raw[i]!,
      normalized: normalized[i]!,
      weight,
    })),
    total: totals[i]!,
  }));
  for (const [node, { plugin, reasons }] of rejected)
    nodes.push({ node: node.name, feasible: false, plugin, reasons });
  nodes.sort((a, b) => (a.node < b.node ? -1 : 1));
  const refusal = failure.preFilterRejection;
  return {
    nodes,
    refused: refusal === undefined ? undefined : { plugin: refusal.plugin, reasons: refusal.reasons },
  };
}
