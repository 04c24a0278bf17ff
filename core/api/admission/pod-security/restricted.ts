import type { Volume } from '../../../schema/types.generated.ts';
import {
  type AnyContainer,
  type Check,
  containersOf,
  containersText,
  distinct,
  exceptInUserNamespace,
  exceptOnWindows,
  type Inspect,
  namesWhere,
  plural,
  quoted,
  settersText,
} from './check.ts';
import { allowedSeccomp, isAllowedSeccomp, procMount } from './profiles.ts';

/** What the restricted level asks besides the baseline, in the order of their names. */

const allowPrivilegeEscalation: Inspect = (pod) => {
  const names = namesWhere(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

function otherCapabilities({ securityContext }: AnyContainer): readonly string[] {
  return (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
}

const capabilities: Inspect = (pod) => {
  const keeping = namesWhere(
    pod,
    ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true,
  );
  const adding = namesWhere(pod, (container) => otherCapabilities(container).length > 0);
  const texts: string[] = [];
  if (keeping.length > 0) {
    texts.push(`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  }
  if (adding.length > 0) {
    const added = quoted(distinct(containersOf(pod).flatMap(otherCapabilities)));
    texts.push(`${containersText(adding)} must not include ${added} in securityContext.capabilities.add`);
  }
  return texts.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: texts.join('; ') };
};

const ALLOWED_VOLUMES: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** What a volume is made of, where that isn't allowed. */
function otherVolumeType(volume: Volume): string | undefined {
  if (ALLOWED_VOLUMES.some((source) => volume[source] !== undefined)) return undefined;
  const source = Object.keys(volume).find(
    (field) => field !== 'name' && volume[field as keyof Volume] !== undefined,
  );
  return source ?? 'unknown';
}

const restrictedVolumes: Inspect = ({ spec }) => {
  const bad = (spec.volumes ?? []).flatMap((volume) => {
    const type = otherVolumeType(volume);
    return type === undefined ? [] : [{ name: volume.name, type }];
  });
  if (bad.length === 0) return undefined;
  const types = distinct(bad.map(({ type }) => type));
  const volumes = `${plural('volume', 'volumes', bad.length)} ${quoted(bad.map(({ name }) => name))}`;
  const what = plural('restricted volume type', 'restricted volume types', types.length);
  return {
    reason: 'restricted volume types',
    detail: `${volumes} ${plural('uses', 'use', bad.length)} ${what} ${quoted(types)}`,
  };
};

const runAsNonRoot: Inspect = (pod) => {
  const ofPod = pod.spec.securityContext?.runAsNonRoot;
  const refusing = namesWhere(pod, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  if (ofPod === false || refusing.length > 0) {
    const setters = settersText(ofPod === false, refusing);
    return {
      reason: 'runAsNonRoot != true',
      detail: `${setters} must not set securityContext.runAsNonRoot=false`,
    };
  }
  const silent = namesWhere(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (ofPod === true || silent.length === 0) return undefined;
  return {
    reason: 'runAsNonRoot != true',
    detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true`,
  };
};

const runAsUser: Inspect = (pod) => {
  const isPod = pod.spec.securityContext?.runAsUser === 0;
  const names = namesWhere(pod, ({ securityContext }) => securityContext?.runAsUser === 0);
  if (!isPod && names.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${settersText(isPod, names)} must not set runAsUser=0` };
};

/** A profile has to be there, and to be one of those that are allowed. */
const seccompProfile: Inspect = (pod) => {
  const notAllowed = allowedSeccomp(pod);
  if (notAllowed !== undefined) return notAllowed;
  const ofPod = pod.spec.securityContext?.seccompProfile;
  if (ofPod !== undefined && isAllowedSeccomp(ofPod.type)) return undefined;
  const silent = namesWhere(pod, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};

export const RESTRICTED: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      { since: 8, inspect: allowPrivilegeEscalation },
      { since: 25, inspect: exceptOnWindows(allowPrivilegeEscalation) },
    ],
  },
  {
    id: 'capabilities_restricted',
    versions: [
      { since: 22, inspect: capabilities },
      { since: 25, inspect: exceptOnWindows(capabilities) },
    ],
    overrides: ['capabilities_baseline'],
  },
  {
    id: 'procMount_restricted',
    versions: [{ since: 35, inspect: procMount }],
    overrides: ['procMount'],
  },
  {
    id: 'restrictedVolumes',
    versions: [{ since: 0, inspect: restrictedVolumes }],
    overrides: ['hostPathVolumes'],
  },
  {
    id: 'runAsNonRoot',
    versions: [
      { since: 0, inspect: runAsNonRoot },
      { since: 35, inspect: exceptInUserNamespace(runAsNonRoot) },
    ],
  },
  {
    id: 'runAsUser',
    versions: [
      { since: 23, inspect: runAsUser },
      { since: 35, inspect: exceptInUserNamespace(runAsUser) },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    versions: [
      { since: 19, inspect: seccompProfile },
      { since: 25, inspect: exceptOnWindows(seccompProfile) },
    ],
    overrides: ['seccompProfile_baseline'],
  },
];
