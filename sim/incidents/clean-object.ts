import { isJsonObject } from '../../core/schema/decoding.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Fields of metadata that the API server and the garbage collector write. */
const SERVER_METADATA = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'managedFields',
  'selfLink',
  'generateName',
  'ownerReferences',
  'finalizers',
];
/** Annotations that tools and controllers write. */
const SERVER_ANNOTATIONS =
  /^(?:kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/|deprecated\.|autoscaling\.alpha\.kubernetes\.io\/|pv\.kubernetes\.io\/|volume\.(?:beta\.)?kubernetes\.io\/|control-plane\.alpha\.kubernetes\.io\/)/;
/** The volume with a ServiceAccount's token, which admission puts into every pod. */
const TOKEN_VOLUME = /^kube-api-access-|-token-[a-z0-9]{5}$/;

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => !names.includes(name) && value !== null),
  );
}

function cleanMetadata(metadata: Fields): Fields {
  const { annotations, ...rest } = without(metadata, SERVER_METADATA);
  if (!isJsonObject(annotations)) return rest;
  const kept = Object.entries(annotations).filter(([name]) => !SERVER_ANNOTATIONS.test(name));
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) };
}

function cleanService(spec: Fields): Fields {
  const isHeadless = spec.clusterIP === 'None';
  const { ports, ...rest } = without(spec, [
    ...(isHeadless ? [] : ['clusterIP', 'clusterIPs']),
    'healthCheckNodePort',
    'ipFamilies',
    'ipFamilyPolicy',
  ]);
  if (!Array.isArray(ports)) return rest;
  return {
    ...rest,
    ports: ports.map((port: unknown) => (isJsonObject(port) ? without(port, ['nodePort']) : port)),
  };
}

function namesToken(entry: unknown): boolean {
  return isJsonObject(entry) && typeof entry.name === 'string' && TOKEN_VOLUME.test(entry.name);
}

function withoutTokens(containers: unknown): unknown {
  if (!Array.isArray(containers)) return containers;
  return containers.map((container: unknown) => {
    if (!isJsonObject(container) || !Array.isArray(container.volumeMounts)) return container;
    const { volumeMounts, ...rest } = container;
    const kept = (volumeMounts as readonly unknown[]).filter((mount) => !namesToken(mount));
    return kept.length === 0 ? rest : { ...rest, volumeMounts: kept };
  });
}

/** What scheduling and admission have written into a pod's spec. */
function cleanPod(spec: Fields): Fields {
  const { volumes, containers, initContainers, tolerations, ...rest } = without(spec, [
    'nodeName',
    'serviceAccount',
    'preemptionPolicy',
    'priority',
  ]);
  const own = Array.isArray(tolerations)
    ? tolerations.filter(
        (entry: unknown) =>
          !(
            isJsonObject(entry) &&
            /^node\.kubernetes\.io\/(?:not-ready|unreachable)$/.test(`${entry.key}`) &&
            entry.tolerationSeconds === 300
          ),
      )
    : [];
  const kept = Array.isArray(volumes) ? volumes.filter((volume: unknown) => !namesToken(volume)) : [];
  return {
    ...rest,
    ...(containers === undefined ? {} : { containers: withoutTokens(containers) }),
    ...(initContainers === undefined ? {} : { initContainers: withoutTokens(initContainers) }),
    ...(own.length === 0 ? {} : { tolerations: own }),
    ...(kept.length === 0 ? {} : { volumes: kept }),
  };
}

/** Labels by which the API server ties a Job to its pods (https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-selector). */
const JOB_LABELS = [
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
];

function cleanJob(spec: Fields): Fields {
  if (spec.manualSelector === true) return spec;
  const { selector: _, template, ...rest } = spec;
  if (!isJsonObject(template) || !isJsonObject(template.metadata)) return { ...rest, template };
  const { labels, ...metadata } = template.metadata;
  const kept = isJsonObject(labels) ? without(labels, JOB_LABELS) : {};
  return {
    ...rest,
    template: { ...template, metadata: { ...without(metadata, SERVER_METADATA), labels: kept } },
  };
}

function cleanSpec(kind: string, spec: Fields): Fields {
  switch (kind) {
    case 'Service':
      return cleanService(spec);
    case 'Pod':
      return cleanPod(spec);
    case 'Job':
      return cleanJob(spec);
    case 'PersistentVolumeClaim':
      return without(spec, ['volumeName']);
    case 'Namespace':
      return {};
    default:
      return spec;
  }
}

/** An object as its author would have written it: without its status, and without what the cluster has set. */
export function cleanObject(object: Fields): Fields {
  const { status: _, spec, metadata, ...rest } = object;
  const cleaned = isJsonObject(spec) ? cleanSpec(`${object.kind}`, spec) : undefined;
  return {
    ...rest,
    metadata: cleanMetadata(isJsonObject(metadata) ? metadata : {}),
    ...(cleaned === undefined || Object.keys(cleaned).length === 0 ? {} : { spec: cleaned }),
  };
}
