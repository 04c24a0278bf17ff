import { compileExpressions, selectorFromMap } from '../../../core/labels.ts';
import type {
  Node,
  NodeSelectorTerm,
  Pod,
  PreferredSchedulingTerm,
} from '../../../core/schema/types.generated.ts';
import type { NodeAffinityArgs } from '../configuration/plugin-args.ts';
import { type StateKey, stateKey } from '../framework/cycle-state.ts';
import type { Plugin, PreFilterResult } from '../framework/extension-points.ts';
import { unresolvable } from '../framework/rejection.ts';
import { inProportion } from './normalize.ts';

const NAME = 'NodeAffinity';
const REJECTION = unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");
const ENFORCED = unresolvable(NAME, "node(s) didn't match scheduler-enforced node affinity");
const CONFLICT = unresolvable(NAME, 'pod affinity terms conflict');
/** The one field that a node selector may ask for. */
const NAME_FIELD = 'metadata.name';

type NodeTest = (node: Node) => boolean;

const MATCHES: StateKey<NodeTest | undefined> = stateKey('NodeAffinity/required');
const PREFERENCES: StateKey<readonly Preference[]> = stateKey('NodeAffinity/preferred');

interface Preference {
  readonly matches: NodeTest;
  readonly weight: number;
}

/** A term without any requirement matches nothing. */
export function nodeTermTest(term: NodeSelectorTerm): NodeTest {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return () => false;
  const labels = compileExpressions(matchExpressions);
  const fields = compileExpressions(matchFields);
  return ({ metadata }) =>
    labels(metadata.labels) && (matchFields.length === 0 || fields({ [NAME_FIELD]: metadata.name }));
}

function requiredTerms(pod: Pod): readonly NodeSelectorTerm[] | undefined {
  return pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
}

/** `nodeSelector` and the required terms, any one of which will do: what other plugins count a node's eligibility by. */
export function requiredNodeTest(pod: Pod): NodeTest | undefined {
  const { nodeSelector } = pod.spec;
  const terms = requiredTerms(pod);
  const selects = nodeSelector === undefined ? undefined : selectorFromMap(nodeSelector);
  if (terms === undefined) return selects === undefined ? undefined : (node) => selects(node.metadata.labels);
  const tests = terms.map(nodeTermTest);
  return (node) =>
    (selects === undefined || selects(node.metadata.labels)) && tests.some((matches) => matches(node));
}

/** The nodes that a term names, where it names any: those of all its `In` requirements on the name. */
function namesOf(term: NodeSelectorTerm): ReadonlySet<string> | undefined {
  let names: ReadonlySet<string> | undefined;
  for (const { key, operator, values = [] } of term.matchFields ?? []) {
    if (key !== NAME_FIELD || operator !== 'In') continue;
    const allowed = new Set(values);
    names = names === undefined ? allowed : new Set([...names].filter((name) => allowed.has(name)));
  }
  return names;
}

/** Where every term names nodes, only they come into question: how the pods of a DaemonSet are placed. */
function namedNodes(pod: Pod): PreFilterResult {
  const terms = requiredTerms(pod);
  if (terms === undefined || terms.length === 0) return {};
  const nodeNames = new Set<string>();
  for (const term of terms) {
    const names = namesOf(term);
    if (names === undefined) return {};
    for (const name of names) nodeNames.add(name);
  }
  return nodeNames.size === 0 ? { rejection: CONFLICT } : { nodeNames };
}

function preferencesOf(terms: readonly PreferredSchedulingTerm[] | undefined): readonly Preference[] {
  return terms?.map(({ preference, weight }) => ({ matches: nodeTermTest(preference), weight })) ?? [];
}

/** The pod's own affinity, and what the profile adds to every pod's (`addedAffinity`). */
export function nodeAffinityWith({ addedAffinity }: NodeAffinityArgs): Plugin {
  const addedTerms =
    addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms.map(nodeTermTest);
  const isEnforced =
    addedTerms === undefined
      ? undefined
      : (node: Node): boolean => addedTerms.some((matches) => matches(node));
  const addedPreferences = preferencesOf(addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution);
  return {
    name: NAME,
    dependsOn: 'node',
    preFilter: (state, { pod }) => {
      const matches = requiredNodeTest(pod);
      if (matches === undefined && isEnforced === undefined) return 'skip';
      state.write(MATCHES, matches);
      return namedNodes(pod);
    },
    filter: (state, _pod, node) => {
      if (isEnforced !== undefined && !isEnforced(node.object)) return ENFORCED;
      return (state.read(MATCHES)?.(node.object) ?? true) ? undefined : REJECTION;
    },
    preScore: (state, { pod }) => {
      const terms = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
      const preferences = [...addedPreferences, ...preferencesOf(terms)];
      if (preferences.length === 0) return 'skip';
      state.write(PREFERENCES, preferences);
      return undefined;
    },
    score: (state, _pod, node) => {
      let sum = 0;
      for (const { matches, weight } of state.read(PREFERENCES)) if (matches(node.object)) sum += weight;
      return sum;
    },
    normalizeScore: (_state, scores) => inProportion(scores, false),
    hint: ({ pod }, event) => {
      if (event.resource !== 'Node' || event.action === 'Delete') return false;
      if (event.action === 'Update' && !event.changes.labels) return false;
      if (isEnforced !== undefined && !isEnforced(event.node)) return false;
      const matches = requiredNodeTest(pod) ?? (() => true);
      if (!matches(event.node)) return false;
      const { previous } = event;
      if (previous === undefined) return true;
      return !matches(previous) || (isEnforced !== undefined && !isEnforced(previous));
    },
  };
}

export const nodeAffinity: Plugin = nodeAffinityWith({});
