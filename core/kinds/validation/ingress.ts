import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressSpec,
  IngressTLS,
  TypedLocalObjectReference,
} from '../../schema/types.generated.ts';
import { invalidFor, invalidValue, notSupported, required } from './fields.ts';
import { isIpAddress } from './ip-address.ts';
import { dns1035Label, dnsSubdomain, inRange, pathSegment, portName, wildcardSubdomain } from './names.ts';

/** Ingresses (networking/validation `ValidateIngressCreate`). */

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const PATH_NEVER_HOLDS = ['//', '/./', '/../', '%2f', '%2F'];
const PATH_NEVER_ENDS_IN = ['/..', '/.'];
const PORT_MAX = 65_535;
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const NOT_AN_ADDRESS = 'must be a DNS name, not an IP address';

function validateResource(resource: TypedLocalObjectReference, field: string): readonly FieldError[] {
  const { apiGroup, kind = '', name = '' } = resource;
  return [
    ...(apiGroup === undefined ? [] : invalidFor(`${field}.apiGroup`, apiGroup, dnsSubdomain(apiGroup))),
    ...(kind === '' ? [required(`${field}.kind`)] : invalidFor(`${field}.kind`, kind, pathSegment(kind))),
    ...(name === '' ? [required(`${field}.name`)] : invalidFor(`${field}.name`, name, pathSegment(name))),
  ];
}

function validateBackend(backend: IngressBackend | undefined, field: string): readonly FieldError[] {
  const { resource, service } = backend ?? {};
  if (resource !== undefined && service !== undefined) {
    return [invalidValue(field, '', 'cannot set both resource and service backends')];
  }
  if (resource !== undefined) return validateResource(resource, `${field}.resource`);
  if (service === undefined) return [invalidValue(field, '', 'resource or service backend is required')];
  const { name = '', port: { name: portText = '', number = 0 } = {} } = service;
  const path = `${field}.service`;
  const errors: FieldError[] =
    name === '' ? [required(`${path}.name`)] : [...invalidFor(`${path}.name`, name, dns1035Label(name))];
  if (portText !== '' && number !== 0) {
    errors.push(invalidValue(field, '', 'cannot set both port name & port number'));
  } else if (portText !== '') {
    errors.push(...invalidFor(`${path}.port.name`, portText, portName(portText)));
  } else if (number !== 0) {
    errors.push(...invalidFor(`${path}.port.number`, number, inRange(number, 1, PORT_MAX)));
  } else errors.push(required(field, 'port name or number is required'));
  return errors;
}

function validatePath(path: HTTPIngressPath, field: string): readonly FieldError[] {
  const { backend, path: text = '', pathType } = path;
  if (pathType === undefined) return [required(`${field}.pathType`, 'pathType must be specified')];
  const errors: FieldError[] = [];
  const at = `${field}.path`;
  if (!PATH_TYPES.includes(pathType)) {
    errors.push(notSupported(`${field}.pathType`, pathType, PATH_TYPES));
  } else {
    const optional = pathType === 'ImplementationSpecific';
    if (!text.startsWith('/') && !(optional && text === '')) {
      errors.push(invalidValue(at, text, 'must be an absolute path'));
    }
    if (!optional) {
      for (const part of PATH_NEVER_HOLDS) {
        if (text.includes(part)) errors.push(invalidValue(at, text, `must not contain '${part}'`));
      }
      for (const end of PATH_NEVER_ENDS_IN) {
        if (text.endsWith(end)) errors.push(invalidValue(at, text, `cannot end with '${end}'`));
      }
    }
  }
  return [...errors, ...validateBackend(backend, `${field}.backend`)];
}

function validateHost(host: string, field: string): readonly FieldError[] {
  return invalidFor(field, host, host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host));
}

function validateRule(rule: IngressRule, field: string): readonly FieldError[] {
  const { host = '', http } = rule;
  const errors: FieldError[] = [];
  if (host !== '') {
    if (isIpAddress(host)) errors.push(invalidValue(`${field}.host`, host, NOT_AN_ADDRESS));
    errors.push(...validateHost(host, `${field}.host`));
  }
  if (http === undefined) return errors;
  const { paths = [] } = http;
  if (paths.length === 0) errors.push(required(`${field}.http.paths`));
  return [...errors, ...paths.flatMap((path, index) => validatePath(path, `${field}.http.paths[${index}]`))];
}

function validateTls({ hosts = [], secretName = '' }: IngressTLS, field: string): readonly FieldError[] {
  return [
    ...hosts.flatMap((host, index) => validateHost(host, `${field}.hosts[${index}]`)),
    ...(secretName === '' ? [] : invalidFor(`${field}.secretName`, secretName, dnsSubdomain(secretName))),
  ];
}

function validateSpec(spec: IngressSpec): readonly FieldError[] {
  const { defaultBackend, ingressClassName, rules = [], tls = [] } = spec;
  const errors: FieldError[] = [];
  if (rules.length === 0 && defaultBackend === undefined) {
    const detail = 'either `defaultBackend` or `rules` must be specified';
    errors.push(invalidValue('spec', spec.rules, detail));
  }
  return [
    ...errors,
    ...(defaultBackend === undefined ? [] : validateBackend(defaultBackend, 'spec.defaultBackend')),
    ...rules.flatMap((rule, index) => validateRule(rule, `spec.rules[${index}]`)),
    ...tls.flatMap((one, index) => validateTls(one, `spec.tls[${index}]`)),
    ...(ingressClassName === undefined
      ? []
      : invalidFor('spec.ingressClassName', ingressClassName, dnsSubdomain(ingressClassName))),
  ];
}

export function validateIngress({ metadata, spec = {} }: NewObject<Ingress>): readonly FieldError[] {
  const annotation = metadata.annotations?.[CLASS_ANNOTATION];
  const errors = validateSpec(spec);
  const { ingressClassName } = spec;
  if (annotation === undefined || ingressClassName === undefined || annotation === ingressClassName) {
    return errors;
  }
  const detail = 'must match `ingressClassName` when both are specified';
  return [...errors, invalidValue(`annotations.${CLASS_ANNOTATION}`, annotation, detail)];
}

/** An annotation that says something else than the class is refused on creation alone. */
export function validateIngressUpdate({ spec }: Ingress): readonly FieldError[] {
  return validateSpec(spec);
}

export function validateIngressStatusUpdate({ status }: Ingress): readonly FieldError[] {
  return (status.loadBalancer?.ingress ?? []).flatMap(({ hostname = '', ip = '' }, index) => {
    const field = `status.loadBalancer.ingress[${index}]`;
    const errors: FieldError[] = [];
    if (ip !== '' && !isIpAddress(ip)) {
      const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
      errors.push(invalidValue(`${field}.ip`, ip, detail));
    }
    if (hostname !== '') {
      errors.push(...invalidFor(`${field}.hostname`, hostname, dnsSubdomain(hostname)));
      if (isIpAddress(hostname)) errors.push(invalidValue(`${field}.hostname`, hostname, NOT_AN_ADDRESS));
    }
    return errors;
  });
}
