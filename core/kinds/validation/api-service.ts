import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { APIService } from '../../schema/types.generated.ts';
import { invalidFor, invalidValue, required } from './fields.ts';
import { dns1035Label, dnsSubdomain } from './names.ts';

/** APIServices (kube-aggregator, `apiregistration/validation`). */

const GROUP_PRIORITY_MAX = 20_000;
const VERSION_PRIORITY_MAX = 1000;
const PORT_MAX = 65_535;

export function validateApiService({ metadata, spec }: NewObject<APIService>): readonly FieldError[] {
  const { caBundle, group = '', groupPriorityMinimum = 0, insecureSkipTLSVerify } = spec ?? {};
  const { service, version = '', versionPriority = 0 } = spec ?? {};
  const { name = '' } = metadata;
  const errors: FieldError[] = [];
  const wanted = `${version}.${group}`;
  if (version !== '' && name !== wanted) {
    errors.push(invalidValue('metadata.name', name, `must be \`spec.version+"."+spec.group\`: "${wanted}"`));
  }
  if (group !== '') errors.push(...invalidFor('spec.group', group, dnsSubdomain(group)));
  errors.push(...invalidFor('spec.version', version, dns1035Label(version)));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > GROUP_PRIORITY_MAX) {
    const detail = 'must be positive and less than 20000';
    errors.push(invalidValue('spec.groupPriorityMinimum', groupPriorityMinimum, detail));
  }
  if (versionPriority <= 0 || versionPriority > VERSION_PRIORITY_MAX) {
    const detail = 'must be positive and less than 1000';
    errors.push(invalidValue('spec.versionPriority', versionPriority, detail));
  }
  if (service === undefined) {
    if ((caBundle ?? '') !== '') {
      errors.push(invalidValue('spec.caBundle', `${caBundle}`, 'local APIServices may not have a caBundle'));
    }
    if (insecureSkipTLSVerify === true) {
      const detail = 'local APIServices may not have insecureSkipTLSVerify';
      errors.push(invalidValue('spec.insecureSkipTLSVerify', true, detail));
    }
    return errors;
  }
  if ((service.namespace ?? '') === '') errors.push(required('spec.service.namespace'));
  if ((service.name ?? '') === '') errors.push(required('spec.service.name'));
  const { port } = service;
  if (port !== undefined && (port < 1 || port > PORT_MAX)) {
    errors.push(
      invalidValue(
        'spec.service.port',
        port,
        `port is not valid: must be between 1 and ${PORT_MAX}, inclusive`,
      ),
    );
  }
  if (insecureSkipTLSVerify === true && (caBundle ?? '') !== '') {
    const detail = 'may not be true if caBundle is present';
    errors.push(invalidValue('spec.insecureSkipTLSVerify', true, detail));
  }
  return errors;
}

export function validateApiServiceUpdate(next: APIService): readonly FieldError[] {
  return validateApiService(next);
}
