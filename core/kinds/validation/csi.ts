import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { CSIDriver, VolumeAttachment } from '../../schema/types.generated.ts';
import { duplicate, forbiddenField, IMMUTABLE, invalidFor, invalidValue, oneOf, required } from './fields.ts';
import { dnsSubdomain } from './names.ts';
import { validateDriverName } from './volume-object.ts';

/** VolumeAttachments and CSIDrivers (storage/validation). */

export function validateAttachment({ spec }: NewObject<VolumeAttachment>): readonly FieldError[] {
  const { attacher = '', nodeName = '', source } = spec ?? {};
  const { inlineVolumeSpec, persistentVolumeName } = source ?? {};
  const errors: FieldError[] = [
    ...validateDriverName(attacher, 'spec.attacher'),
    ...invalidFor('spec.nodeName', nodeName, dnsSubdomain(nodeName)),
  ];
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inlineVolumeSpec === undefined && persistentVolumeName === undefined) {
    errors.push(required('spec.source', one));
  } else if (inlineVolumeSpec !== undefined && persistentVolumeName !== undefined) {
    errors.push(forbiddenField('spec.source', one));
  } else if (persistentVolumeName === '') {
    const detail = 'must specify non empty persistentVolumeName';
    errors.push(required('spec.source.persistentVolumeName', detail));
  }
  return errors;
}

export function validateAttachmentUpdate(
  next: VolumeAttachment,
  previous: VolumeAttachment,
): readonly FieldError[] {
  const errors = validateAttachment(next);
  if (equalValues(next.spec, previous.spec)) return errors;
  return [...errors, invalidValue('spec', next.spec, IMMUTABLE)];
}

const GROUP_POLICIES = ['ReadWriteOnceWithFSType', 'File', 'None'];
const LIFECYCLES = ['Persistent', 'Ephemeral'];

export function validateCsiDriver({ metadata, spec }: NewObject<CSIDriver>): readonly FieldError[] {
  const { attachRequired, fsGroupPolicy, podInfoOnMount, storageCapacity, tokenRequests = [] } = spec ?? {};
  const { volumeLifecycleModes = [] } = spec ?? {};
  const errors: FieldError[] = [...validateDriverName(metadata.name ?? '', 'metadata.name')];
  for (const [name, value] of Object.entries({ attachRequired, podInfoOnMount, storageCapacity })) {
    if (value === undefined) errors.push(required(`spec.${name}`));
  }
  if (fsGroupPolicy !== undefined) errors.push(...oneOf('spec.fsGroupPolicy', fsGroupPolicy, GROUP_POLICIES));
  const audiences = new Set<string>();
  for (const [index, { audience = '' }] of tokenRequests.entries()) {
    const field = `spec.tokenRequests[${index}].audience`;
    if (audiences.has(audience)) errors.push(duplicate(field, audience));
    audiences.add(audience);
  }
  for (const [index, mode] of volumeLifecycleModes.entries()) {
    errors.push(...oneOf(`spec.volumeLifecycleModes[${index}]`, mode, LIFECYCLES));
  }
  return errors;
}

export function validateCsiDriverUpdate(next: CSIDriver, previous: CSIDriver): readonly FieldError[] {
  const errors: FieldError[] = [...validateCsiDriver(next)];
  for (const field of ['attachRequired', 'volumeLifecycleModes'] as const) {
    if (equalValues(next.spec[field], previous.spec[field])) continue;
    errors.push(invalidValue(`spec.${field}`, next.spec[field], IMMUTABLE));
  }
  return errors;
}
