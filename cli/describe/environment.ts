import { milli, whole } from '../../core/quantity.ts';
import type { Container, EnvFromSource, EnvVar, Pod, Quantity } from '../../core/schema/types.generated.ts';
import type { DescribeText } from './describe-text.ts';

/** The value of a downward-API field that kubectl knows to look up; the others it only names. */
function fieldValue({ metadata }: Pod, path: string): string {
  if (path === 'metadata.name') return metadata.name;
  return path === 'metadata.namespace' ? (metadata.namespace ?? '') : '';
}

/** A container's own amount in units of the divisor, rounded up, as its process sees it. */
function resourceValue(container: Container, resource: string, divisor: Quantity | undefined): string {
  const [list, name = ''] = splitOnce(resource);
  const amounts = list === 'limits' ? container.resources?.limits : container.resources?.requests;
  const unit = divisor === undefined || milli(divisor) === 0 ? '1' : divisor;
  const amount = amounts?.[name] ?? '0';
  const units = name === 'cpu' ? milli(amount) / milli(unit) : whole(amount) / whole(unit);
  if (`${Math.ceil(units)}` === '0' && list === 'limits' && (name === 'cpu' || name === 'memory')) {
    return 'node allocatable';
  }
  return `${Math.ceil(units)}`;
}

function splitOnce(text: string): readonly [string, string | undefined] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, undefined] : [text.slice(0, dot), text.slice(dot + 1)];
}

/** `pod` is absent for a template, where a field has no value yet. */
function describeVariable(text: DescribeText, variable: EnvVar, container: Container, pod?: Pod): void {
  const { name, value = '', valueFrom } = variable;
  if (valueFrom === undefined) {
    for (const [index, line] of value.split('\n').entries()) {
      text.line(3, index === 0 ? `${name}:` : '', line);
    }
    return;
  }
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
  if (fieldRef !== undefined) {
    const found = pod === undefined ? '' : fieldValue(pod, fieldRef.fieldPath);
    text.line(3, `${name}:`, `${found} (${fieldRef.apiVersion ?? ''}:${fieldRef.fieldPath})`);
  } else if (resourceFieldRef !== undefined) {
    const { resource, divisor } = resourceFieldRef;
    text.line(3, `${name}:`, `${resourceValue(container, resource, divisor)} (${resource})`);
  } else if (secretKeyRef !== undefined) {
    const from = `<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name ?? ''}'>`;
    text.line(3, `${name}:`, from, `Optional: ${secretKeyRef.optional === true}`);
  } else if (configMapKeyRef !== undefined) {
    const from = `<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name ?? ''}'>`;
    text.line(3, `${name}:`, from, `Optional: ${configMapKeyRef.optional === true}`);
  }
}

function describeSource(text: DescribeText, { configMapRef, secretRef, prefix }: EnvFromSource): void {
  const source = configMapRef ?? secretRef;
  const kind = configMapRef !== undefined ? 'ConfigMap' : secretRef !== undefined ? 'Secret' : '';
  const from = prefix === undefined || prefix === '' ? kind : `${kind} with prefix '${prefix}'`;
  text.line(3, source?.name ?? '', from, `Optional: ${source?.optional === true}`);
}

export function describeEnvironment(text: DescribeText, container: Container, pod?: Pod): void {
  const { env = [], envFrom = [] } = container;
  if (envFrom.length > 0) {
    text.line(2, 'Environment Variables from:');
    for (const source of envFrom) describeSource(text, source);
  }
  if (env.length === 0) text.line(2, 'Environment:', '<none>');
  else text.line(2, 'Environment:');
  for (const variable of env) describeVariable(text, variable, container, pod);
}
