import { kindFor } from '../../core/kinds/registry.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { MINUTE, type Micros, rfc3339Micro, SECOND } from '../../core/time.ts';
import { SCENARIO_API_VERSION, SCENARIO_KIND } from '../scenario/document.ts';
import { formatDuration } from '../scenario/duration.ts';
import { type AuditLine, importAudit } from './audit.ts';
import type { Fields } from './clean-object.ts';
import { importDump, objectId, SYSTEM_NAMESPACES } from './dump.ts';
import type { Finding, Findings } from './findings.ts';
import { missingReferences } from './references.ts';

export interface ImportOptions {
  /** Of the scenario. */
  readonly name: string;
  /** From the start of the run to the first request, so that what the dump shows has come up. */
  readonly settle: Micros;
}

const DEFAULT_SETTLE: Micros = 2 * MINUTE;
/** Without a dump there is nothing to wait for but the control plane and the first nodes. */
const SETTLE_ALONE: Micros = 2 * SECOND;
/** The run goes on after the last request, so that it can be seen what came of it. */
const AFTERMATH: Micros = 10 * MINUTE;

/** A pod is refused until its namespace has its ServiceAccount, and nobody tries again for it. */
const PODS_AT: Micros = 5 * SECOND;

/** A scenario as it would be written, with what belongs into files of its own. */
export interface ImportedScenario {
  readonly scenario: Fields;
  /** Names of files beside the scenario, and the object in each. */
  readonly files: readonly { readonly name: string; readonly objects: readonly Fields[] }[];
  /** Requests that became entries of the timeline, and objects of the dump that are applied. */
  readonly requests: number;
  readonly objects: number;
  readonly nodes: number;
  readonly findings: readonly Finding[];
}

export interface ImportSources {
  readonly audit: readonly AuditLine[];
  readonly dump: readonly { readonly raw: unknown; readonly where: string }[];
  /** What was wrong with the files themselves. */
  readonly findings: Findings;
}

function idOf(manifest: Fields): string {
  const kind = kindFor(`${manifest.apiVersion}`, `${manifest.kind}`);
  const metadata = isJsonObject(manifest.metadata) ? manifest.metadata : {};
  const namespace = kind?.namespaced === true ? `${metadata.namespace ?? 'default'}` : undefined;
  return objectId(kind?.resource ?? '', namespace, `${metadata.name}`);
}

function namespaceOf(manifest: Fields): readonly string[] {
  const namespace = isJsonObject(manifest.metadata) ? manifest.metadata.namespace : undefined;
  return typeof namespace === 'string' ? [namespace] : [];
}

function fileName(place: number, manifest: Fields): string {
  const metadata = isJsonObject(manifest.metadata) ? manifest.metadata : {};
  const number = `${place}`.padStart(4, '0');
  return `timeline/${number}-${`${manifest.kind}`.toLowerCase()}-${String(metadata.name).replaceAll(/[^\w.-]/g, '-')}.yaml`;
}

/** What others need comes first. */
function byNeed(manifests: readonly Fields[]): readonly Fields[] {
  const rank = ({ kind }: Fields): number =>
    ['Namespace', 'PriorityClass', 'ServiceAccount'].indexOf(`${kind}`);
  const needed = (manifest: Fields): number => (rank(manifest) < 0 ? 3 : rank(manifest));
  return manifests
    .map((manifest, index) => ({ manifest, index }))
    .sort((a, b) => needed(a.manifest) - needed(b.manifest) || a.index - b.index)
    .map(({ manifest }) => manifest);
}

function namespaceManifest(name: string): Fields {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A scenario from what a real cluster left behind: a dump is how it was, an audit log what was done to it then. */
export function importScenario(
  sources: ImportSources,
  options: Partial<ImportOptions> = {},
): ImportedScenario {
  const { findings } = sources;
  const dump = importDump(sources.dump, findings);
  const audit = importAudit(
    sources.audit,
    {
      objects: dump.objects,
      applied: new Set(dump.manifests.map(idOf)),
      nodeNames: dump.nodes?.names ?? new Map(),
    },
    findings,
  );
  const present = new Set(dump.manifests.map(idOf));
  const used = new Set([...audit.namespaces, ...dump.manifests.flatMap(namespaceOf)]);
  const missing = [...used]
    .filter(
      (name) => !SYSTEM_NAMESPACES.includes(name) && !present.has(objectId('namespaces', undefined, name)),
    )
    .sort();
  const applied = audit.entries.flatMap(({ entry }) => (isJsonObject(entry.apply) ? [entry.apply] : []));
  const references = missingReferences([...dump.manifests, ...applied], findings);
  const manifests = [...missing.map(namespaceManifest), ...byNeed([...references, ...dump.manifests])];
  const isSettling = sources.dump.length > 0;
  const settle = options.settle ?? (isSettling ? DEFAULT_SETTLE : SETTLE_ALONE);
  const start = audit.first === undefined ? undefined : audit.first - settle;
  const files: { readonly name: string; readonly objects: readonly Fields[] }[] = [];
  const isPod = ({ kind }: Fields): boolean => kind === 'Pod';
  const first = manifests.filter((manifest) => !isPod(manifest));
  const pods = manifests.filter(isPod);
  if (first.length > 0) files.push({ name: 'manifests.yaml', objects: first });
  if (pods.length > 0) files.push({ name: 'pods.yaml', objects: pods });
  const timeline: Fields[] = [
    ...(dump.nodes?.cordoned ?? []).map((node) => ({ at: formatDuration(SECOND), cordon: node })),
    ...(pods.length === 0 ? [] : [{ at: formatDuration(PODS_AT), apply: 'pods.yaml' }]),
  ];
  for (const [place, { t, entry }] of audit.entries.entries()) {
    const at = formatDuration(Math.max(SECOND, t - (start ?? t)));
    timeline.push({ at, ...written(entry, place) });
  }
  const span = audit.last === undefined || start === undefined ? settle : audit.last - start;
  const scenario: Fields = {
    apiVersion: SCENARIO_API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: options.name ?? 'incident' },
    spec: {
      duration: formatDuration(Math.ceil((span + AFTERMATH) / SECOND) * SECOND),
      ...(start === undefined ? {} : { startTime: rfc3339Micro(start) }),
      ...(dump.nodes === undefined ? {} : { cluster: { nodeGroups: dump.nodes.groups } }),
      ...(first.length === 0 ? {} : { manifests: ['manifests.yaml'] }),
      ...(timeline.length === 0 ? {} : { timeline }),
    },
  };
  return {
    scenario,
    files,
    requests: audit.used,
    objects: dump.manifests.length,
    nodes: dump.nodes?.names.size ?? 0,
    findings: findings.list(),
  };

  /** Objects to apply stand in files of their own: the timeline stays readable. */
  function written(entry: Fields, place: number): Fields {
    if (isJsonObject(entry.apply)) {
      const name = fileName(place + 1, entry.apply);
      files.push({ name, objects: [entry.apply] });
      return { apply: name };
    }
    return typeof entry.for === 'number' ? { ...entry, for: formatDuration(entry.for) } : entry;
  }
}
