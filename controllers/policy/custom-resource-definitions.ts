import { CLEANUP_FINALIZER } from '../../core/api/delete.ts';
import { type KubeObject, keyOf } from '../../core/api/object.ts';
import { customKindOf } from '../../core/kinds/custom/custom-kind.ts';
import { CUSTOM_RESOURCE_DEFINITION } from '../../core/kinds/registry.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, rfc3339, SECOND } from '../../core/time.ts';
import { type Controller, DONE, type Reconciliation, type Request } from '../controller.ts';
import { withoutFinalizer } from './object-graph.ts';

/**
 * What the API server's own controllers do for CustomResourceDefinitions (apiextensions-apiserver `status`,
 * `establish`, `finalizer`): names are accepted unless somebody has them, and a definition that goes takes its objects
 * with it.
 */

/** How often the real finalizer looks whether objects are gone. */
const POLL: Micros = 5 * SECOND;

interface Finding {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

function withCondition(
  conditions: readonly CustomResourceDefinitionCondition[],
  finding: Finding,
  now: Micros,
): readonly CustomResourceDefinitionCondition[] {
  const before = conditions.find(({ type }) => type === finding.type);
  if (before?.status === finding.status && before.reason === finding.reason) return conditions;
  const since = before?.status === finding.status ? before.lastTransitionTime : rfc3339(now);
  const made = { lastTransitionTime: since, ...finding } as CustomResourceDefinitionCondition;
  return before === undefined
    ? [...conditions, made]
    : conditions.map((condition) => (condition === before ? made : condition));
}

function statusChange(
  definition: CustomResourceDefinition,
  change: (status: CustomResourceDefinition['status']) => CustomResourceDefinition['status'],
): Request {
  const { name, uid } = definition.metadata;
  return {
    verb: 'patch',
    kind: CUSTOM_RESOURCE_DEFINITION,
    namespace: undefined,
    name,
    uid,
    subresource: 'status',
    change: (stored) => {
      const before = stored as CustomResourceDefinition;
      const status = change(before.status);
      return status === before.status ? stored : ({ ...before, status } as KubeObject);
    },
  };
}

/** Every name by which a definition's objects may be asked for. */
function wordsOf({ plural, singular, shortNames = [] }: CustomResourceDefinitionNames): readonly string[] {
  return [plural, ...(singular === undefined ? [] : [singular]), ...shortNames];
}

function kindsOf({ kind, listKind }: CustomResourceDefinitionNames): readonly string[] {
  return [kind, ...(listKind === undefined ? [] : [listKind])].filter((name) => name !== '');
}

/** Of the names, one that another definition of the group was given before; and what is said of it. */
function conflictOf(view: View, definition: CustomResourceDefinition): Finding | undefined {
  const others = view
    .list(CUSTOM_RESOURCE_DEFINITION)
    .filter(
      ({ metadata, spec }) =>
        metadata.uid !== definition.metadata.uid && spec.group === definition.spec.group,
    )
    .map(({ status }) => status.acceptedNames)
    .filter((names) => names !== undefined);
  const words = new Set(others.flatMap(wordsOf));
  const kinds = new Set(others.flatMap(kindsOf));
  const { names } = definition.spec;
  const refused = (reason: string, name: string): Finding => ({
    type: 'NamesAccepted',
    status: 'False',
    reason,
    message: `${JSON.stringify(name)} is already in use`,
  });
  if (words.has(names.plural)) return refused('PluralConflict', names.plural);
  if (names.singular !== undefined && words.has(names.singular))
    return refused('SingularConflict', names.singular);
  const short = names.shortNames?.find((name) => words.has(name));
  if (short !== undefined) return refused('ShortNamesConflict', short);
  if (kinds.has(names.kind)) return refused('KindConflict', names.kind);
  if (names.listKind !== undefined && kinds.has(names.listKind))
    return refused('ListKindConflict', names.listKind);
  return undefined;
}

const ACCEPTED: Finding = {
  type: 'NamesAccepted',
  status: 'True',
  reason: 'NoConflicts',
  message: 'no conflicts found',
};
const ESTABLISHED: Finding = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};
const NOT_ESTABLISHED: Finding = {
  type: 'Established',
  status: 'False',
  reason: 'NotAccepted',
  message: 'not all names are accepted',
};

function isSaid({ status }: CustomResourceDefinition, { type, status: wanted, reason }: Finding): boolean {
  return (status.conditions ?? []).some(
    (condition) => condition.type === type && condition.status === wanted && condition.reason === reason,
  );
}

function accept(view: View, definition: CustomResourceDefinition, now: Micros): Reconciliation<never> {
  const conflict = conflictOf(view, definition);
  const { names } = definition.spec;
  const isNamed = JSON.stringify(definition.status.acceptedNames) === JSON.stringify(names);
  const finding = conflict ?? ACCEPTED;
  const wasEstablished = isSaid(definition, ESTABLISHED);
  const established = conflict === undefined || wasEstablished ? ESTABLISHED : NOT_ESTABLISHED;
  if (isSaid(definition, finding) && isSaid(definition, established) && (isNamed || conflict !== undefined))
    return DONE;
  const request = statusChange(definition, (status) => ({
    ...status,
    ...(conflict === undefined ? { acceptedNames: names } : {}),
    conditions: withCondition(withCondition(status.conditions ?? [], finding, now), established, now),
  }));
  return { requests: [request], memory: undefined };
}

/** Delete what is left of the kind; once nothing is, let the definition go. */
function empty(view: View, definition: CustomResourceDefinition, now: Micros): Reconciliation<never> {
  if (definition.metadata.finalizers?.includes(CLEANUP_FINALIZER) !== true) return DONE;
  const kind = customKindOf(definition);
  const objects = kind === undefined ? [] : view.list(kind);
  const say = (status: 'True' | 'False', reason: string, message: string): Request =>
    statusChange(definition, (before) => ({
      ...before,
      conditions: withCondition(
        before.conditions ?? [],
        { type: 'Terminating', status, reason, message },
        now,
      ),
    }));
  if (kind === undefined || objects.length === 0) {
    const { name, uid } = definition.metadata;
    const release: Request = {
      verb: 'patch',
      kind: CUSTOM_RESOURCE_DEFINITION,
      namespace: undefined,
      name,
      uid,
      change: (stored) => withoutFinalizer(stored, CLEANUP_FINALIZER),
    };
    return {
      requests: [say('False', 'InstanceDeletionCompleted', 'removed all instances'), release],
      memory: undefined,
    };
  }
  const deletions = objects
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(
      ({ metadata: { namespace, name } }): Request => ({
        verb: 'delete',
        kind,
        namespace,
        name,
        concurrent: true,
      }),
    );
  return {
    requests: [
      say('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress'),
      ...deletions,
    ],
    memory: undefined,
    requeueAfter: POLL,
    requeueReason: 'custom resources are on their way out',
  };
}

function reconcile(view: View, key: string, _memory: undefined, now: Micros): Reconciliation<never> {
  const definition = view.getByKey(CUSTOM_RESOURCE_DEFINITION, key);
  if (definition === undefined) return DONE;
  return definition.metadata.deletionTimestamp === undefined
    ? accept(view, definition, now)
    : empty(view, definition, now);
}

export const customResourceDefinitionController: Controller<undefined> = {
  name: 'custom-resource-definition-controller',
  component: 'kube-apiserver',
  workers: 5,
  watches: [{ kind: CUSTOM_RESOURCE_DEFINITION, keys: ({ object }) => [keyOf(object)] }],
  reconcile,
};
