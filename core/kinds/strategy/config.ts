import type { NewObject, StringMap } from '../../api/object.ts';
import type { ConfigMap, Secret } from '../../schema/types.generated.ts';
import { base64OfText } from '../../text/base64.ts';
import { fill } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateConfigMap,
  validateConfigMapUpdate,
  validateSecret,
  validateSecretUpdate,
} from '../validation/config.ts';

export const CONFIG_MAP_STRATEGY: KindStrategy<ConfigMap> = {
  countsGenerations: false,
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
};

/** `stringData` is for writing alone: it ends up in `data`, over what stands there. */
function mergedData(data: StringMap | undefined, texts: StringMap): StringMap {
  const merged: Record<string, string> = { ...data };
  for (const key of Object.keys(texts)) merged[key] = base64OfText(texts[key]!);
  const ordered: Record<string, string> = {};
  for (const key of Object.keys(merged).sort()) ordered[key] = merged[key]!;
  return ordered;
}

export const SECRET_STRATEGY: KindStrategy<Secret> = {
  countsGenerations: false,

  applyDefaults(object: NewObject<Secret>): NewObject<Secret> {
    const { stringData, type } = object;
    if (stringData === undefined) return type ? object : { ...object, type: 'Opaque' };
    const { stringData: _, ...rest } = object;
    return { ...rest, data: mergedData(object.data, stringData), ...fill({ type }, { type: 'Opaque' }) };
  },

  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
};
