import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Fields } from './clean-object.ts';
import type { Findings } from './findings.ts';

/** The pod spec in an object that makes pods, or is one. */
function podSpecOf(object: Fields): Fields | undefined {
  const spec = isJsonObject(object.spec) ? object.spec : undefined;
  if (object.kind === 'Pod') return spec;
  const inner = object.kind === 'CronJob' && isJsonObject(spec?.jobTemplate) ? spec.jobTemplate.spec : spec;
  const template = isJsonObject(inner) && isJsonObject(inner.template) ? inner.template : undefined;
  return isJsonObject(template?.spec) ? template.spec : undefined;
}

function nameIn(object: Fields, field: 'name' | 'namespace'): string {
  const value = isJsonObject(object.metadata) ? object.metadata[field] : undefined;
  return typeof value === 'string' ? value : field === 'namespace' ? 'default' : '';
}

/** What every pod needs to be accepted at all, and a dump of some kinds alone does not hold. */
export function missingReferences(objects: readonly Fields[], findings: Findings): readonly Fields[] {
  const there = new Set(
    objects.flatMap((object) => {
      if (object.kind === 'PriorityClass') return [`PriorityClass ${nameIn(object, 'name')}`];
      if (object.kind !== 'ServiceAccount') return [];
      return [`ServiceAccount ${nameIn(object, 'namespace')}/${nameIn(object, 'name')}`];
    }),
  );
  const missing = new Map<string, Fields>();
  const need = (id: string, made: Fields, what: string, by: Fields): void => {
    if (there.has(id) || missing.has(id)) return;
    missing.set(id, made);
    findings.add(what, `${String(by.kind).toLowerCase()}/${nameIn(by, 'name')}`);
  };
  for (const object of objects) {
    const spec = podSpecOf(object);
    if (spec === undefined) continue;
    const { serviceAccountName: account, priorityClassName: priority } = spec;
    const namespace = nameIn(object, 'namespace');
    if (typeof account === 'string' && account !== '' && account !== 'default') {
      const made = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } };
      need(
        `ServiceAccount ${namespace}/${account}`,
        made,
        'ServiceAccounts that are not there, and were made',
        object,
      );
    }
    if (typeof priority === 'string' && priority !== '' && !priority.startsWith('system-')) {
      const value = typeof spec.priority === 'number' ? spec.priority : 0;
      const made = {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: priority },
        value,
      };
      need(`PriorityClass ${priority}`, made, 'PriorityClasses that are not there, and were made', object);
    }
  }
  return [...missing.values()];
}
