import type {
  Container,
  ContainerPort,
  EnvVar,
  HTTPGetAction,
  Lifecycle,
  LifecycleHandler,
  Probe,
  ResourceRequirements,
} from '../../schema/types.generated.ts';
import { fill, fillZeros, memoised, onField, onItems, withFields } from './fill.ts';

/** Defaults of containers (Kubernetes' `pkg/apis/core/v1/defaults.go`). */

/** `Always` where the tag is `latest` or nothing says which image it is. */
export function imagePullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const afterSlash = image.slice(image.lastIndexOf('/') + 1);
  const digest = afterSlash.indexOf('@');
  const named = digest < 0 ? afterSlash : afterSlash.slice(0, digest);
  const colon = named.indexOf(':');
  const tag = colon >= 0 ? named.slice(colon + 1) : digest >= 0 ? '' : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const PROBE: Partial<Probe> = {
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
};
const HTTP_GET: Partial<HTTPGetAction> = { path: '/', scheme: 'HTTP' };
const NO_RESOURCES: ResourceRequirements = Object.freeze({});

function httpGetDefaults(httpGet: HTTPGetAction): HTTPGetAction {
  return fill(httpGet, HTTP_GET);
}

function probeDefaults(probe: Probe): Probe {
  const numbered = fillZeros(probe, PROBE);
  const handled = onField(numbered, 'httpGet', httpGetDefaults);
  return onField(handled, 'grpc', (grpc) => (grpc.service === undefined ? { ...grpc, service: '' } : grpc));
}

function handlerDefaults(handler: LifecycleHandler): LifecycleHandler {
  return onField(handler, 'httpGet', httpGetDefaults);
}

function lifecycleDefaults(lifecycle: Lifecycle): Lifecycle {
  return onField(onField(lifecycle, 'postStart', handlerDefaults), 'preStop', handlerDefaults);
}

function portDefaults(port: ContainerPort): ContainerPort {
  return fill(port, { protocol: 'TCP' });
}

function envDefaults(env: EnvVar): EnvVar {
  return onField(env, 'valueFrom', (source) =>
    onField(
      onField(source, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })),
      'resourceFieldRef',
      (ref) => fill(ref, { divisor: '0' }),
    ),
  );
}

/** What every container has, be it in a template or in a pod. */
function containerDefaults<T extends Container>(container: T): T {
  const base: Partial<Container> = {
    imagePullPolicy: imagePullPolicy(container.image ?? ''),
    resources: NO_RESOURCES,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
  let next: Container = fill<Container>(container, base);
  next = onField(next, 'ports', (ports) => onItems(ports, portDefaults));
  next = onField(next, 'env', (env) => onItems(env, envDefaults));
  next = onField(next, 'livenessProbe', probeDefaults);
  next = onField(next, 'readinessProbe', probeDefaults);
  next = onField(next, 'startupProbe', probeDefaults);
  next = onField(next, 'lifecycle', lifecycleDefaults);
  // Nothing was taken from the container, so it still is of its own type.
  return next as T;
}

function requestsFromLimits(resources: ResourceRequirements): ResourceRequirements {
  if (resources.limits === undefined) return resources;
  const requests = fill(resources.requests ?? {}, resources.limits);
  return requests === resources.requests ? resources : withFields(resources, { requests });
}

/** `SetDefaults_Pod`: a container of a pod (not of a template) asks for what it is limited to. */
function podContainerDefaults(container: Container): Container {
  return onField(containerDefaults(container), 'resources', requestsFromLimits);
}

/** Lists of containers survive a copy of their spec, so each list is gone through once. */
export const templateContainers = memoised((containers: readonly Container[]) =>
  onItems(containers, containerDefaults),
);

export const podContainers = memoised((containers: readonly Container[]) =>
  onItems(containers, podContainerDefaults),
);

/** With the node's network, a port of a container is that of the node. */
export const hostNetworkContainers = memoised((containers: readonly Container[]) =>
  onItems(containers, (container) =>
    onField(container, 'ports', (ports) =>
      onItems(ports, (port) => fillZeros(port, { hostPort: port.containerPort })),
    ),
  ),
);
