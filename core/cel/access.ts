import { CelError } from './error.ts';
import { elementOf } from './functions/arithmetic.ts';
import { CelMap, CelObject, isList, NONE, Optional, type Value } from './value.ts';

/** Fields and elements of values, there or not. */

/** `undefined` where it is absent; throws where nothing of the kind can be. */
export function findField(target: Value, field: string): Value | undefined {
  if (target instanceof CelObject) return target.get(field);
  if (target instanceof CelMap) return target.get(field);
  if (target instanceof Optional)
    return target.value === undefined ? undefined : findField(target.value, field);
  throw new CelError(target === null ? `no such key: ${field}` : 'no such overload');
}

export function fieldOf(target: Value, field: string): Value {
  const found = findField(target, field);
  if (found === undefined) throw new CelError(`no such key: ${field}`);
  return found;
}

export function optionalField(target: Value, field: string): Value {
  const found = findField(target, field);
  return found === undefined ? NONE : new Optional(found);
}

function optionalElement(target: Value, key: Value): Value {
  if (target instanceof CelMap) {
    const found = target.get(key);
    return found === undefined ? NONE : new Optional(found);
  }
  if (target instanceof CelObject && typeof key === 'string') return optionalField(target, key);
  if (!isList(target) || typeof key !== 'bigint') throw new CelError('no such overload');
  const found = key < 0n ? undefined : target[Number(key)];
  return found === undefined ? NONE : new Optional(found);
}

export function indexed(target: Value, key: Value, isOptional: boolean): Value {
  if (target instanceof Optional) {
    return target.value === undefined ? NONE : optionalElement(target.value, key);
  }
  if (isOptional) return optionalElement(target, key);
  if (target instanceof CelMap || isList(target)) return elementOf(target, key);
  if (target instanceof CelObject && typeof key === 'string') return fieldOf(target, key);
  throw new CelError('no such overload');
}
