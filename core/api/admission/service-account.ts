import { SERVICE_ACCOUNT } from '../../kinds/registry.ts';
import type {
  Container,
  Pod,
  PodSpec,
  ServiceAccount,
  Volume,
  VolumeMount,
} from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import { SAFE_ALPHABET } from '../identity.ts';
import type { NewObject } from '../object.ts';
import { forbidden, type Status } from '../status.ts';
import { type AdmissionPlugin, nameInMessages, withSpec } from './admission.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** `serviceaccount.WarnOnlyBoundTokenExpirationSeconds`: an hour and seven seconds. */
const TOKEN_EXPIRATION_SECONDS = 3607;

/** The projected volume that carries a pod's token (plugin/serviceaccount `TokenVolumeSource`). */
function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_EXPIRATION_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 0o644,
    },
  };
}

/** The prefix of the volume's name; the real one ends in five random letters per pod. */
const VOLUME_PREFIX = 'kube-api-access-';

/**
 * Pods of one template share one spec here, so the letters come from the spec's own names and not from a draw
 * per pod: every pod of a template has the same volume name.
 */
function volumeName(spec: PodSpec): string {
  let hash = 0x811c9dc5;
  for (const container of spec.containers) {
    // Names may be missing still: validation comes after admission.
    for (const text of [(container.name as string | undefined) ?? '', container.image ?? '']) {
      for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    }
  }
  let suffix = '';
  for (let i = 0; i < 5; i += 1) {
    suffix += SAFE_ALPHABET[hash % SAFE_ALPHABET.length];
    hash = Math.floor(hash / SAFE_ALPHABET.length);
  }
  return VOLUME_PREFIX + suffix;
}

function withMount(container: Container, mount: VolumeMount): Container {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some((existing) => existing.mountPath === MOUNT_PATH)) return container;
  return { ...container, volumeMounts: [...mounts, mount] };
}

function withToken(spec: PodSpec): PodSpec {
  const existing = spec.volumes?.find(({ name: volume }) =>
    (volume as string | undefined)?.startsWith(VOLUME_PREFIX),
  );
  const name = existing?.name ?? volumeName(spec);
  const mount: VolumeMount = { name, readOnly: true, mountPath: MOUNT_PATH };
  return {
    ...spec,
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: spec.initContainers.map((container) => withMount(container, mount)) }),
    containers: spec.containers.map((container) => withMount(container, mount)),
    volumes: existing === undefined ? [...(spec.volumes ?? []), tokenVolume(name)] : spec.volumes,
  };
}

function admitSpec(spec: PodSpec, account: ServiceAccount): PodSpec {
  const automount = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  const named: PodSpec = {
    ...spec,
    serviceAccountName: account.metadata.name,
    serviceAccount: account.metadata.name,
  };
  const pullSecrets = account.imagePullSecrets ?? [];
  const secrets =
    (named.imagePullSecrets ?? []).length === 0 && pullSecrets.length > 0
      ? { imagePullSecrets: pullSecrets }
      : {};
  return { ...(automount ? withToken(named) : named), ...secrets };
}

interface Memo {
  readonly account: ServiceAccount;
  readonly spec: PodSpec;
}

const memo = new WeakMap<PodSpec, Memo>();

/** Gives every pod the account that it runs as, which must exist, and the volume with its token. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  handles: (kind) => kind.resource === 'pods',
  admit: (object, kind, view: View): NewObject | Status => {
    const pod = object as NewObject<Pod>;
    const spec = pod.spec;
    // Mirror pods of static pods have no account (kubernetes.io/config.mirror).
    if (spec === undefined || pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined)
      return object;
    const namespace = pod.metadata.namespace ?? '';
    const name = spec.serviceAccountName || 'default';
    const account = view.get(SERVICE_ACCOUNT, namespace, name);
    if (account === undefined) {
      const detail = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
      return forbidden(kind, nameInMessages(object), detail);
    }
    const known = memo.get(spec);
    if (known !== undefined && known.account === account) return withSpec(object, known.spec);
    const admitted = admitSpec(spec, account);
    memo.set(spec, { account, spec: admitted });
    return withSpec(object, admitted);
  },
};
