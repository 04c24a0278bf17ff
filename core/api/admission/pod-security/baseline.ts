import type { LifecycleHandler, Probe } from '../../../schema/types.generated.ts';
import {
  type AnyContainer,
  type Check,
  containersOf,
  containersText,
  distinct,
  exceptInUserNamespace,
  type Inspect,
  isSetSomewhere,
  namesWhere,
  plural,
  quoted,
  setInContexts,
  settersText,
} from './check.ts';
import { allowedSeccomp, procMount } from './profiles.ts';

/** The controls of the baseline, in the order of their names (pod-security-admission `policy/check_*.go`). */

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

function isAllowedAppArmorAnnotation(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}

const appArmorProfile: Inspect = (pod) => {
  const set = setInContexts(pod, ({ appArmorProfile: profile }) =>
    profile === undefined || profile.type === 'RuntimeDefault' || profile.type === 'Localhost'
      ? []
      : [profile.type],
  );
  const annotations = Object.entries(pod.metadata.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APP_ARMOR_ANNOTATION) && !isAllowedAppArmorAnnotation(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  if (!isSetSomewhere(set) && annotations.length === 0) return undefined;
  const values = [...set.values, ...distinct(annotations)];
  const more = annotations.length === 0 ? [] : [plural('annotation', 'annotations', annotations.length)];
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${settersText(set.isPod, set.containers, more)} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const DEFAULT_CAPABILITIES: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

function otherCapabilities({ securityContext }: AnyContainer): readonly string[] {
  return (securityContext?.capabilities?.add ?? []).filter((name) => !DEFAULT_CAPABILITIES.includes(name));
}

const capabilities: Inspect = (pod) => {
  const names = namesWhere(pod, (container) => otherCapabilities(container).length > 0);
  if (names.length === 0) return undefined;
  const added = distinct(containersOf(pod).flatMap(otherCapabilities));
  return {
    reason: 'non-default capabilities',
    detail: `${containersText(names)} must not include ${quoted(added)} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: Inspect = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true);
  return shared.length === 0
    ? undefined
    : { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
};

const hostPathVolumes: Inspect = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return {
    reason: 'hostPath volumes',
    detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)}`,
  };
};

function hostPortsOf({ ports = [] }: AnyContainer): readonly string[] {
  return ports.flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [String(hostPort)]));
}

const hostPorts: Inspect = (pod) => {
  const names = namesWhere(pod, (container) => hostPortsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const ports = distinct(containersOf(pod).flatMap(hostPortsOf));
  const uses = `${plural('uses', 'use', names.length)} ${plural('hostPort', 'hostPorts', ports.length)}`;
  return { reason: 'hostPort', detail: `${containersText(names)} ${uses} ${ports.join(', ')}` };
};

function hostsIn(handler: Probe | LifecycleHandler | undefined): readonly string[] {
  return [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host): host is string => !!host);
}

function hostsOf(container: AnyContainer): readonly string[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  return [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap(
    hostsIn,
  );
}

const hostProbes: Inspect = (pod) => {
  const names = distinct(namesWhere(pod, (container) => hostsOf(container).length > 0));
  if (names.length === 0) return undefined;
  const hosts = distinct(containersOf(pod).flatMap(hostsOf));
  const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(names)} ${plural('uses', 'use', names.length)} ${what} ${quoted(hosts)}`,
  };
};

const privileged: Inspect = (pod) => {
  const names = namesWhere(pod, ({ securityContext }) => securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${containersText(names)} must not set securityContext.privileged=true`,
  };
};

const SE_LINUX_TYPES: readonly string[] = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

/** What may not be set, and the values of the type that may not. */
function seLinuxOptions(types: readonly string[]): Inspect {
  return (pod) => {
    const badTypes: string[] = [];
    const set = setInContexts(pod, ({ seLinuxOptions: options }) => {
      if (options === undefined) return [];
      const isOther = !types.includes(options.type ?? '');
      if (isOther) badTypes.push(options.type ?? '');
      return [
        ...(isOther ? ['type'] : []),
        ...(options.user ? ['user may not be set'] : []),
        ...(options.role ? ['role may not be set'] : []),
      ];
    });
    if (!isSetSomewhere(set)) return undefined;
    const bad = distinct(badTypes);
    const texts = [
      ...(bad.length === 0 ? [] : [`${plural('type', 'types', bad.length)} ${quoted(bad)}`]),
      ...['user may not be set', 'role may not be set'].filter((text) => set.values.includes(text)),
    ];
    const setters = settersText(set.isPod, set.containers);
    return {
      reason: 'seLinuxOptions',
      detail: `${setters} set forbidden securityContext.seLinuxOptions: ${texts.join('; ')}`,
    };
  };
}

const SECCOMP_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

/** Before the field there were annotations: policies of before 1.19 look at those. */
const seccompAnnotations: Inspect = (pod) => {
  const { annotations = {} } = pod.metadata;
  const keys = [
    SECCOMP_ANNOTATION,
    ...containersOf(pod).map(({ name }) => SECCOMP_CONTAINER_ANNOTATION + name),
  ];
  const bad = keys.flatMap((key) => {
    const value = annotations[key];
    const isAllowed =
      value === undefined ||
      value === 'runtime/default' ||
      value === 'docker/default' ||
      value.startsWith('localhost/');
    return isAllowed ? [] : [`${key}=${JSON.stringify(value)}`];
  });
  if (bad.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural('annotation', 'annotations', bad.length)} ${distinct(bad).join(', ')}`,
  };
};

const SYSCTLS: readonly string[] = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_syncookies',
];
const SYSCTLS_1_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_1_29 = [
  ...SYSCTLS_1_27,
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
];
const SYSCTLS_1_32 = [...SYSCTLS_1_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

function sysctls(safe: readonly string[]): Inspect {
  return ({ spec }) => {
    const names = (spec.securityContext?.sysctls ?? [])
      .map(({ name }) => name)
      .filter((name) => !safe.includes(name));
    return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') };
  };
}

const windowsHostProcess: Inspect = (pod) => {
  const set = setInContexts(pod, ({ windowsOptions }) =>
    windowsOptions?.hostProcess === true ? ['hostProcess'] : [],
  );
  if (!isSetSomewhere(set)) return undefined;
  const setters = settersText(set.isPod, set.containers);
  return {
    reason: 'hostProcess',
    detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true`,
  };
};

export const BASELINE: readonly Check[] = [
  { id: 'appArmorProfile', versions: [{ since: 0, inspect: appArmorProfile }] },
  { id: 'capabilities_baseline', versions: [{ since: 0, inspect: capabilities }] },
  { id: 'hostNamespaces', versions: [{ since: 0, inspect: hostNamespaces }] },
  { id: 'hostPathVolumes', versions: [{ since: 0, inspect: hostPathVolumes }] },
  { id: 'hostPorts', versions: [{ since: 0, inspect: hostPorts }] },
  { id: 'hostProbesAndHostLifecycle', versions: [{ since: 34, inspect: hostProbes }] },
  { id: 'privileged', versions: [{ since: 0, inspect: privileged }] },
  {
    id: 'procMount',
    versions: [
      { since: 0, inspect: procMount },
      { since: 35, inspect: exceptInUserNamespace(procMount) },
    ],
  },
  {
    id: 'seLinuxOptions',
    versions: [
      { since: 0, inspect: seLinuxOptions(SE_LINUX_TYPES) },
      { since: 31, inspect: seLinuxOptions([...SE_LINUX_TYPES, 'container_engine_t']) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      { since: 0, inspect: seccompAnnotations },
      { since: 19, inspect: allowedSeccomp },
    ],
  },
  {
    id: 'sysctls',
    versions: [
      { since: 0, inspect: sysctls(SYSCTLS) },
      { since: 27, inspect: sysctls(SYSCTLS_1_27) },
      { since: 29, inspect: sysctls(SYSCTLS_1_29) },
      { since: 32, inspect: sysctls(SYSCTLS_1_32) },
    ],
  },
  { id: 'windowsHostProcess', versions: [{ since: 0, inspect: windowsHostProcess }] },
];
