import type { FieldError } from '../../api/status.ts';
import type {
  Container,
  ContainerPort,
  EnvFromSource,
  ExecAction,
  GRPCAction,
  HTTPGetAction,
  IntOrString,
  Probe,
  SleepAction,
  TCPSocketAction,
  VolumeMount,
} from '../../schema/types.generated.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import {
  duplicate,
  forbiddenField,
  invalidFor,
  invalidValue,
  nonNegative,
  notFoundValue,
  oneOf,
  required,
} from './fields.ts';
import { dnsLabel, httpHeaderName, inRange, portName } from './names.ts';
import { validateResources } from './resources.ts';

/** Containers (core/validation `validateContainerCommon` and what it calls). */

const PORT_MAX = 65_535;
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const ID_MAX = 2_147_483_647;

/** What the rules of a container need to know of its pod. */
export interface PodContext {
  readonly volumes: ReadonlySet<string>;
  readonly hostNetwork: boolean;
  readonly gracePeriodSeconds: number;
}

export function validatePortNumber(port: number, field: string): readonly FieldError[] {
  return invalidFor(field, port, inRange(port, 1, PORT_MAX));
}

export function validatePortNumberOrName(
  port: IntOrString | undefined,
  field: string,
): readonly FieldError[] {
  return typeof port === 'string'
    ? invalidFor(field, port, portName(port))
    : validatePortNumber(port ?? 0, field);
}

export function validateProtocol(protocol: string | undefined, field: string): readonly FieldError[] {
  if (protocol === undefined || protocol === '') return [required(field)];
  return oneOf(field, protocol, PROTOCOLS);
}

/** User and group numbers. */
export function validateId(id: number | undefined, field: string): readonly FieldError[] {
  return id === undefined ? [] : invalidFor(field, id, inRange(id, 0, ID_MAX));
}

function validatePorts(
  ports: readonly ContainerPort[],
  field: string,
  pod: PodContext,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = `${field}[${index}]`;
    const { name = '', containerPort = 0, hostPort = 0 } = port;
    if (name !== '') {
      const problems = portName(name);
      if (problems.length > 0) errors.push(...invalidFor(`${path}.name`, name, problems));
      else if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
      names.add(name);
    }
    if (containerPort === 0) errors.push(required(`${path}.containerPort`));
    else errors.push(...validatePortNumber(containerPort, `${path}.containerPort`));
    if (hostPort !== 0) errors.push(...validatePortNumber(hostPort, `${path}.hostPort`));
    errors.push(...validateProtocol(port.protocol, `${path}.protocol`));
    if (pod.hostNetwork && hostPort !== 0 && hostPort !== containerPort) {
      const detail = 'must match `hostPort` when `hostNetwork` is true';
      errors.push(invalidValue(`${path}.containerPort`, containerPort, detail));
    }
  }
  return errors;
}

/** Of all containers of a pod: two can't have one port of the node. */
function validateHostPorts(containers: readonly Container[], field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [at, container] of containers.entries()) {
    for (const [index, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const claim = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(claim)) errors.push(duplicate(`${field}[${at}].ports[${index}].hostPort`, claim));
      taken.add(claim);
    }
  }
  return errors;
}

/** A path within a volume. */
export function validateDescendingPath(path: string, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (path.startsWith('/')) errors.push(invalidValue(field, path, 'must be a relative path'));
  if (path.split('/').includes('..')) errors.push(invalidValue(field, path, "must not contain '..'"));
  return errors;
}

function validateMounts(container: Container, field: string, pod: PodContext): readonly FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const devices = new Set((container.volumeDevices ?? []).map((device) => device.devicePath));
  const mounts: readonly VolumeMount[] = container.volumeMounts ?? [];
  for (const [index, mount] of mounts.entries()) {
    const path = `${field}[${index}]`;
    const { name = '', mountPath = '', subPath = '', subPathExpr = '', mountPropagation } = mount;
    if (name === '') errors.push(required(`${path}.name`));
    else if (!pod.volumes.has(name)) errors.push(notFoundValue(`${path}.name`, name));
    if (mountPath === '') errors.push(required(`${path}.mountPath`));
    else if (paths.has(mountPath))
      errors.push(invalidValue(`${path}.mountPath`, mountPath, 'must be unique'));
    else if (devices.has(mountPath)) {
      errors.push(
        invalidValue(`${path}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'),
      );
    }
    paths.add(mountPath);
    // Without the index, as the API server writes these two.
    if (subPath !== '') errors.push(...validateDescendingPath(subPath, `${field}.subPath`));
    if (subPathExpr !== '') {
      if (subPath !== '') {
        const detail = 'subPathExpr and subPath are mutually exclusive';
        errors.push(invalidValue(`${field}.subPathExpr`, subPathExpr, detail));
      }
      errors.push(...validateDescendingPath(subPathExpr, `${field}.subPathExpr`));
    }
    if (mountPropagation !== undefined) {
      const at = `${path}.mountPropagation`;
      errors.push(...oneOf(at, mountPropagation, ['Bidirectional', 'HostToContainer', 'None']));
      if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
        errors.push(
          forbiddenField(at, 'Bidirectional mount propagation is available only to privileged containers'),
        );
      }
    }
  }
  return errors;
}

function validateHttpGet(action: HTTPGetAction, field: string): readonly FieldError[] {
  return [
    ...(action.path === undefined || action.path === '' ? [required(`${field}.path`)] : []),
    ...validatePortNumberOrName(action.port, `${field}.port`),
    ...oneOf(`${field}.scheme`, action.scheme, ['HTTP', 'HTTPS']),
    ...(action.httpHeaders ?? []).flatMap((header) =>
      invalidFor(`${field}.httpHeaders`, header.name, httpHeaderName(header.name)),
    ),
  ];
}

/** What a probe and a lifecycle hook have in common: one of these. */
interface Handler {
  readonly exec?: ExecAction;
  readonly httpGet?: HTTPGetAction;
  readonly tcpSocket?: TCPSocketAction;
  readonly grpc?: GRPCAction;
  readonly sleep?: SleepAction;
}

function validateHandler(handler: Handler, field: string, pod: PodContext): readonly FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  const one = <T>(
    name: string,
    action: T | undefined,
    check: (action: T, path: string) => readonly FieldError[],
  ) => {
    if (action === undefined) return;
    const path = `${field}.${name}`;
    if (count > 0) errors.push(forbiddenField(path, 'may not specify more than 1 handler type'));
    else errors.push(...check(action, path));
    count++;
  };
  one('exec', handler.exec, (action, path) =>
    (action.command?.length ?? 0) === 0 ? [required(`${path}.command`)] : [],
  );
  one('httpGet', handler.httpGet, validateHttpGet);
  one('tcpSocket', handler.tcpSocket, (action, path) =>
    validatePortNumberOrName(action.port, `${path}.port`),
  );
  one('grpc', handler.grpc, (action, path) => validatePortNumber(action.port ?? 0, `${path}.port`));
  one('sleep', handler.sleep, (action, path) => {
    const { seconds = 0 } = action;
    if (seconds >= 0 && seconds <= pod.gracePeriodSeconds) return [];
    const detail = `must be non-negative and less than terminationGracePeriodSeconds (${pod.gracePeriodSeconds})`;
    return [invalidValue(path, seconds, detail)];
  });
  if (count === 0) errors.push(required(field, 'must specify a handler type'));
  return errors;
}

const PROBE_NUMBERS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function validateProbe(
  probe: Probe | undefined,
  field: string,
  pod: PodContext,
  kind: 'liveness' | 'readiness' | 'startup',
): readonly FieldError[] {
  if (probe === undefined) return [];
  const errors: FieldError[] = [...validateHandler(probe, field, pod)];
  for (const name of PROBE_NUMBERS) errors.push(...nonNegative(`${field}.${name}`, probe[name]));
  const grace = probe.terminationGracePeriodSeconds;
  const gracePath = `${field}.terminationGracePeriodSeconds`;
  if (grace !== undefined && grace <= 0)
    errors.push(invalidValue(gracePath, grace, 'must be greater than 0'));
  if (kind === 'readiness') {
    if (grace !== undefined)
      errors.push(invalidValue(gracePath, grace, 'must not be set for readinessProbes'));
  } else if (probe.successThreshold !== undefined && probe.successThreshold !== 1) {
    errors.push(invalidValue(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}

function validateCommon(container: Container, field: string, pod: PodContext): readonly FieldError[] {
  const { name = '', image = '', terminationMessagePolicy, imagePullPolicy } = container;
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.name`));
  else errors.push(...invalidFor(`${field}.name`, name, dnsLabel(name)));
  if (image === '') errors.push(required(`${field}.image`));
  else if (image.trim() !== image) {
    errors.push(invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace'));
  }
  errors.push(
    ...oneOf(`${field}.terminationMessagePolicy`, terminationMessagePolicy, [
      'FallbackToLogsOnError',
      'File',
    ]),
  );
  const envFrom: readonly EnvFromSource[] = container.envFrom ?? [];
  errors.push(
    ...validatePorts(container.ports ?? [], `${field}.ports`, pod),
    ...validateEnv(container.env ?? [], `${field}.env`),
    ...validateEnvFrom(envFrom, `${field}.envFrom`),
    ...validateMounts(container, `${field}.volumeMounts`, pod),
    ...oneOf(`${field}.imagePullPolicy`, imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...validateResources(container.resources ?? {}, `${field}.resources`),
    ...validateId(container.securityContext?.runAsUser, `${field}.securityContext.runAsUser`),
    ...validateId(container.securityContext?.runAsGroup, `${field}.securityContext.runAsGroup`),
  );
  return errors;
}

function validateHooks(container: Container, field: string, pod: PodContext): readonly FieldError[] {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  const errors: FieldError[] = [];
  for (const name of ['postStart', 'preStop'] as const) {
    const handler = lifecycle?.[name];
    if (handler !== undefined) errors.push(...validateHandler(handler, `${field}.lifecycle.${name}`, pod));
  }
  errors.push(
    ...validateProbe(livenessProbe, `${field}.livenessProbe`, pod, 'liveness'),
    ...validateProbe(readinessProbe, `${field}.readinessProbe`, pod, 'readiness'),
    ...validateProbe(startupProbe, `${field}.startupProbe`, pod, 'startup'),
  );
  return errors;
}

export function validateContainers(
  containers: readonly Container[] | undefined,
  field: string,
  pod: PodContext,
): readonly FieldError[] {
  if (containers === undefined || containers.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const path = `${field}[${index}]`;
    errors.push(...validateCommon(container, path, pod));
    if (names.has(container.name)) errors.push(duplicate(`${path}.name`, container.name));
    else if (container.name) names.add(container.name);
    errors.push(...validateHooks(container, path, pod));
    if (container.restartPolicy !== undefined && container.restartPolicyRules === undefined) {
      errors.push(
        ...oneOf(`${path}.restartPolicy`, container.restartPolicy, ['Always', 'Never', 'OnFailure']),
      );
    }
  }
  return [...errors, ...validateHostPorts(containers, field)];
}

/** Init containers run to their end and have no hooks, unless they restart always: those are sidecars. */
export function validateInitContainers(
  containers: readonly Container[],
  regular: readonly Container[],
  field: string,
  pod: PodContext,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set(regular.map((container) => container.name));
  for (const [index, container] of containers.entries()) {
    const path = `${field}[${index}]`;
    errors.push(...validateCommon(container, path, pod));
    if (names.has(container.name)) errors.push(duplicate(`${path}.name`, container.name));
    else if (container.name) names.add(container.name);
    if (container.restartPolicy === 'Always') {
      errors.push(...validateHooks(container, path, pod));
      continue;
    }
    for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[name] === undefined) continue;
      const detail = 'may not be set for init containers without restartPolicy=Always';
      errors.push(forbiddenField(`${path}.${name}`, detail));
    }
  }
  return errors;
}
