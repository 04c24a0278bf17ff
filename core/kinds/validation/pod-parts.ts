import { equalValues } from '../../api/equal.ts';
import type { FieldError } from '../../api/status.ts';
import type { Container, Pod, PodSpec } from '../../schema/types.generated.ts';
import { qosClass } from '../pod/resources.ts';
import { duplicate, forbiddenField, invalidValue, notFoundValue, required } from './fields.ts';
import { validatePodSpec } from './pod-spec.ts';

/** The parts of a pod that a subresource of their own changes. */
export type PodPart = 'resize' | 'ephemeralcontainers';

export function isPodPart(name: string | undefined): name is PodPart {
  return name === 'resize' || name === 'ephemeralcontainers';
}

function withResourcesOf(
  stored: readonly Container[] | undefined,
  sent: readonly Container[] | undefined,
): readonly Container[] | undefined {
  return stored?.map((container) => {
    const given = sent?.find(({ name }) => name === container.name);
    if (given === undefined || equalValues(given.resources, container.resources)) return container;
    return { ...container, resources: given.resources };
  });
}

/** The stored pod with what was sent of one part, and nothing else of it. */
export function withPodPart(stored: Pod, sent: Pod, part: PodPart): Pod {
  const { spec } = stored;
  const next: PodSpec =
    part === 'ephemeralcontainers'
      ? { ...spec, ephemeralContainers: sent.spec.ephemeralContainers }
      : {
          ...spec,
          containers: withResourcesOf(spec.containers, sent.spec.containers) ?? [],
          initContainers: withResourcesOf(spec.initContainers, sent.spec.initContainers),
        };
  return { ...sent, spec: next };
}

/** `ValidatePodResize`: the class stays, and what was asked for may become another amount, and not nothing. */
export function validateResize(next: Pod, previous: Pod): readonly FieldError[] {
  const errors: FieldError[] = [...validatePodSpec(next.spec, 'spec')];
  if (previous.status.phase === 'Succeeded' || previous.status.phase === 'Failed') {
    errors.push(forbiddenField('spec', `Pods with phase ${previous.status.phase} can not be resized`));
  }
  if (qosClass(next.spec) !== qosClass(previous.spec)) {
    errors.push(
      invalidValue('spec', qosClass(next.spec), 'Pod QOS Class may not change as a result of resizing'),
    );
  }
  for (const [index, { resources }] of next.spec.containers.entries()) {
    const before = previous.spec.containers[index]?.resources;
    for (const list of ['requests', 'limits'] as const) {
      const gone = Object.keys(before?.[list] ?? {}).filter(
        (name) => resources?.[list]?.[name] === undefined,
      );
      if (gone.length === 0) continue;
      errors.push(
        forbiddenField(`spec.containers[${index}].resources.${list}`, `resource ${list} cannot be removed`),
      );
    }
  }
  return errors;
}

/** `ValidatePodEphemeralContainersUpdate`: they are added, and stay as they are. */
export function validateEphemeral(next: Pod, previous: Pod): readonly FieldError[] {
  const field = 'spec.ephemeralContainers';
  const given = next.spec.ephemeralContainers ?? [];
  const errors: FieldError[] = [];
  const taken = new Set(
    [...(next.spec.initContainers ?? []), ...next.spec.containers].map(({ name }) => name),
  );
  for (const [index, { name, image, targetContainerName }] of given.entries()) {
    const at = `${field}[${index}]`;
    if (!name) errors.push(required(`${at}.name`));
    else if (taken.has(name)) errors.push(duplicate(`${at}.name`, name));
    if (!image) errors.push(required(`${at}.image`));
    if (
      targetContainerName !== undefined &&
      targetContainerName !== '' &&
      !next.spec.containers.some((container) => container.name === targetContainerName)
    ) {
      errors.push(notFoundValue(`${at}.targetContainerName`, targetContainerName));
    }
    taken.add(name);
  }
  for (const before of previous.spec.ephemeralContainers ?? []) {
    const after = given.find(({ name }) => name === before.name);
    if (after === undefined) {
      errors.push(
        forbiddenField(field, `existing ephemeral containers "${before.name}" may not be removed\n`),
      );
    } else if (!equalValues(before, after)) {
      errors.push(
        forbiddenField(field, `existing ephemeral containers "${before.name}" may not be changed\n`),
      );
    }
  }
  return errors;
}
