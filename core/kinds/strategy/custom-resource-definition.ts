import type { NewObject } from '../../api/object.ts';
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
} from '../../schema/types.generated.ts';
import { fill, memoised, onField } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import { validateDefinition, validateDefinitionUpdate } from '../validation/custom-resource-definition.ts';

/** CustomResourceDefinitions (apiextensions `SetDefaults_CustomResourceDefinitionSpec`, `customresourcedefinition` strategy). */

const HTTPS_PORT = 443;

function nameDefaults(names: CustomResourceDefinitionNames): CustomResourceDefinitionNames {
  const { kind = '' } = names;
  if (kind === '') return names;
  return fill(names, { listKind: `${kind}List`, singular: kind.toLowerCase() });
}

function conversionDefaults(conversion: CustomResourceConversion): CustomResourceConversion {
  return onField(conversion, 'webhook', (webhook) =>
    onField(webhook, 'clientConfig', (config) =>
      onField(config, 'service', (service) => fill(service, { port: HTTPS_PORT })),
    ),
  );
}

const specDefaults = memoised((spec: CustomResourceDefinitionSpec): CustomResourceDefinitionSpec => {
  const named = onField(spec, 'names', nameDefaults);
  return onField(fill(named, { conversion: { strategy: 'None' } }), 'conversion', conversionDefaults);
});

function storageVersions({ versions = [] }: CustomResourceDefinitionSpec): readonly string[] {
  return versions.filter(({ storage }) => storage === true).map(({ name }) => name);
}

const NO_NAMES: CustomResourceDefinitionNames = Object.freeze({ kind: '', plural: '' });

export const CUSTOM_RESOURCE_DEFINITION_STRATEGY: KindStrategy<CustomResourceDefinition> = {
  applyDefaults(object: NewObject<CustomResourceDefinition>): NewObject<CustomResourceDefinition> {
    return onField(object, 'spec', specDefaults);
  },

  prepareForCreate(object: NewObject<CustomResourceDefinition>): NewObject<CustomResourceDefinition> {
    const { apiVersion, kind, metadata, spec } = object;
    const storedVersions = spec === undefined ? [] : storageVersions(spec);
    const status = { acceptedNames: NO_NAMES, conditions: [], storedVersions };
    return { apiVersion, kind, metadata, ...(spec === undefined ? {} : { spec }), status };
  },

  prepareForUpdate(next: CustomResourceDefinition): CustomResourceDefinition {
    const stored = next.status.storedVersions ?? [];
    const added = storageVersions(next.spec).filter((name) => !stored.includes(name));
    if (added.length === 0) return next;
    return { ...next, status: { ...next.status, storedVersions: [...stored, ...added] } };
  },

  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
};
