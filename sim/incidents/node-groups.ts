import { isJsonObject } from '../../core/schema/decoding.ts';
import { canonicalQuantity } from '../../core/schema/quantity-text.ts';
import type { Fields } from './clean-object.ts';
import type { Findings } from './findings.ts';

/** Nodes of a dump as node groups of a scenario, as they would be written. */
export interface ImportedNodes {
  readonly groups: readonly Fields[];
  /** What a node of the dump is called in the simulation. */
  readonly names: ReadonlyMap<string, string>;
  /** Simulated nodes that were cordoned. */
  readonly cordoned: readonly string[];
}

const INSTANCE_TYPE = 'node.kubernetes.io/instance-type';
const ZONE = 'topology.kubernetes.io/zone';
/** Labels that a kubelet or the cloud sets, or that are another on each node. */
const SET_BY_KUBELET =
  /^(?:(?:beta\.)?kubernetes\.io\/(?:arch|os|hostname)|(?:beta\.kubernetes\.io|node\.kubernetes\.io)\/instance-type|(?:topology|failure-domain\.beta)\.kubernetes\.io\/.*|node\.openshift\.io\/.*)$/;
/** Taints that the node controller sets and takes away. */
const CONDITION_TAINT = /^node\.(?:kubernetes|cloudprovider\.kubernetes)\.io\//;

interface ReadNode {
  readonly name: string;
  readonly zone: string;
  readonly type: string;
  readonly machine: Fields;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Fields[];
  readonly isCordoned: boolean;
}

function object(value: unknown): Fields {
  return isJsonObject(value) ? value : {};
}

function quantityText(value: unknown, otherwise: string): string {
  const canonical = canonicalQuantity(String(value ?? otherwise));
  return 'error' in canonical ? otherwise : canonical.text;
}

const DNS_LABEL_MAX = 63;

function dnsLabel(text: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, DNS_LABEL_MAX)
    .replaceAll(/^-+|-+$/g, '');
  return label === '' ? 'node' : label;
}

function readNode(node: Fields, findings: Findings): ReadNode {
  const metadata = object(node.metadata);
  const spec = object(node.spec);
  const status = object(node.status);
  const capacity = object(status.capacity);
  const given = object(metadata.labels);
  const name = String(metadata.name);
  const labels = Object.entries(given)
    .filter(([key, value]) => typeof value === 'string' && value !== name && !SET_BY_KUBELET.test(key))
    .map(([key, value]) => [key, String(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const taints = (Array.isArray(spec.taints) ? spec.taints : []).filter(
    (taint: unknown) => isJsonObject(taint) && !CONDITION_TAINT.test(`${taint.key}`),
  ) as readonly Fields[];
  const conditions = Array.isArray(status.conditions) ? (status.conditions as readonly unknown[]) : [];
  const ready = conditions.map(object).find(({ type }) => type === 'Ready');
  if (ready !== undefined && ready.status !== 'True') {
    findings.add('nodes that were not ready, and are here from the start', `node/${name}`);
  }
  return {
    name,
    zone: dnsLabel(String(given[ZONE] ?? given['failure-domain.beta.kubernetes.io/zone'] ?? 'a')),
    type: String(given[INSTANCE_TYPE] ?? given['beta.kubernetes.io/instance-type'] ?? 'node'),
    machine: {
      cpu: quantityText(capacity.cpu, '4'),
      memory: quantityText(capacity.memory, '16Gi'),
      ephemeralStorage: quantityText(capacity['ephemeral-storage'], '100Gi'),
      pods: Math.min(10_000, Number(capacity.pods ?? 110) || 110),
    },
    labels: Object.fromEntries(labels),
    taints: taints.map(({ key, value, effect }) => ({
      key,
      ...(value === undefined ? {} : { value }),
      effect,
    })),
    isCordoned: spec.unschedulable === true,
  };
}

/** `node-1` … `node-4` with nothing missing were made by a group called `node`. */
function commonPrefix(names: readonly string[]): string | undefined {
  const numbers = new Set<number>();
  let prefix: string | undefined;
  for (const name of names) {
    const match = /^(.+)-([1-9]\d*)$/.exec(name);
    if (match === null || (prefix !== undefined && match[1] !== prefix)) return undefined;
    prefix = match[1];
    numbers.add(Number(match[2]));
  }
  if (prefix === undefined || dnsLabel(prefix) !== prefix) return undefined;
  return numbers.size === names.length && Math.max(...numbers) === names.length ? prefix : undefined;
}

function numberIn(name: string): number {
  return Number(/(\d+)$/.exec(name)?.[1] ?? 0);
}

/** The shortest list that gives these zones when it is taken in turn. */
function inTurn(zones: readonly string[]): readonly string[] {
  for (let length = 1; length < zones.length; length += 1) {
    if (zones.every((zone, index) => zone === zones[index % length])) return zones.slice(0, length);
  }
  return zones;
}

/** Names of labels that say which machine it is: `cloud.example/node-id`. */
const IDENTITY = /(?:^|[-/.])(?:id|name|uid|uuid|host|hostname|ip|instance)$/i;

/** A label that says which machine it is would make a group of each. */
function withoutIdentities(nodes: readonly ReadNode[], findings: Findings): readonly ReadNode[] {
  const names = new Set(
    nodes.flatMap(({ labels }) => Object.keys(labels)).filter((name) => IDENTITY.test(name)),
  );
  const identities = [...names].filter((name) => {
    const values = nodes.flatMap(({ labels }) => labels[name] ?? []);
    return values.length > 1 && new Set(values).size === values.length;
  });
  if (identities.length === 0) return nodes;
  for (const name of identities) findings.add('labels of nodes that say which machine it is', name);
  return nodes.map((node) => {
    const labels = Object.fromEntries(
      Object.entries(node.labels).filter(([name]) => !identities.includes(name)),
    );
    return { ...node, labels };
  });
}

/** Machines that are alike are a group; each keeps its zone. */
export function nodeGroupsOf(nodes: readonly Fields[], findings: Findings): ImportedNodes {
  const alike = new Map<string, ReadNode[]>();
  for (const read of withoutIdentities(
    nodes.map((node) => readNode(node, findings)),
    findings,
  )) {
    const { type, machine, labels, taints } = read;
    const key = JSON.stringify([type, machine, labels, taints]);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [read]);
    else group.push(read);
  }
  const groups: Fields[] = [];
  const names = new Map<string, string>();
  const cordoned: string[] = [];
  const taken = new Set<string>();
  for (const members of alike.values()) {
    const [first] = members;
    if (first === undefined) continue;
    const prefix = commonPrefix(members.map(({ name }) => name));
    if (prefix === undefined) members.sort((a, b) => (a.name < b.name ? -1 : 1));
    else members.sort((a, b) => numberIn(a.name) - numberIn(b.name));
    const base = prefix ?? dnsLabel(first.type);
    let name = base;
    for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
    taken.add(name);
    for (const [index, member] of members.entries()) {
      names.set(member.name, `${name}-${index + 1}`);
      if (member.isCordoned) cordoned.push(`${name}-${index + 1}`);
    }
    groups.push({
      name,
      count: members.length,
      zones: inTurn(members.map(({ zone }) => zone)),
      machine: first.machine,
      ...(Object.keys(first.labels).length === 0 ? {} : { labels: first.labels }),
      ...(first.taints.length === 0 ? {} : { taints: first.taints }),
    });
  }
  return { groups, names, cordoned };
}
