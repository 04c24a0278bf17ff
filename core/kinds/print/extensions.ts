import type {
  APIService,
  FlowSchema,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  PriorityLevelConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../../schema/types.generated.ts';
import { CREATED_AT } from './access.ts';
import { AGE, type Column, integer, NAME, NONE, text, UNSET } from './column.ts';

export const DEFINITION_COLUMNS: readonly Column[] = [NAME, CREATED_AT];

export const WEBHOOK_COLUMNS: readonly Column<
  MutatingWebhookConfiguration | ValidatingWebhookConfiguration
>[] = [NAME, integer('Webhooks', ({ webhooks }) => webhooks?.length ?? 0), AGE];

export const API_SERVICE_COLUMNS: readonly Column<APIService>[] = [
  NAME,
  text('Service', ({ spec }) =>
    spec.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`,
  ),
  text('Available', ({ status }) => {
    const available = status.conditions?.find(({ type }) => type === 'Available');
    if (available === undefined) return 'Unknown';
    return available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
  }),
  AGE,
];

export const ADMISSION_POLICY_COLUMNS: readonly Column<ValidatingAdmissionPolicy>[] = [
  NAME,
  integer('Validations', ({ spec }) => spec.validations?.length ?? 0),
  text('ParamKind', ({ spec }) =>
    spec.paramKind === undefined ? UNSET : `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}`,
  ),
  AGE,
];

export const MUTATING_POLICY_COLUMNS: readonly Column<MutatingAdmissionPolicy>[] = [
  NAME,
  integer('Mutations', ({ spec }) => spec.mutations?.length ?? 0),
  text('ParamKind', ({ spec }) =>
    spec.paramKind === undefined ? UNSET : `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}`,
  ),
  AGE,
];

export const ADMISSION_BINDING_COLUMNS: readonly Column<
  MutatingAdmissionPolicyBinding | ValidatingAdmissionPolicyBinding
>[] = [
  NAME,
  text('PolicyName', ({ spec }) => spec.policyName ?? ''),
  text('ParamRef', ({ spec }) => {
    const { name, namespace } = spec.paramRef ?? {};
    if (spec.paramRef === undefined) return UNSET;
    return namespace === undefined ? (name ?? '*') : `${namespace}/${name ?? '*'}`;
  }),
  AGE,
];

export const FLOW_SCHEMA_COLUMNS: readonly Column<FlowSchema>[] = [
  NAME,
  text('PriorityLevel', ({ spec }) => spec.priorityLevelConfiguration.name),
  integer('MatchingPrecedence', ({ spec }) => spec.matchingPrecedence ?? 0),
  text('DistinguisherMethod', ({ spec }) => spec.distinguisherMethod?.type ?? NONE),
  AGE,
  text(
    'MissingPL',
    ({ status }) => status.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
  ),
];

export const PRIORITY_LEVEL_COLUMNS: readonly Column<PriorityLevelConfiguration>[] = [
  NAME,
  text('Type', ({ spec }) => spec.type),
  text('NominalConcurrencyShares', ({ spec }) =>
    String((spec.limited ?? spec.exempt)?.nominalConcurrencyShares ?? NONE),
  ),
  text('Queues', ({ spec }) => String(spec.limited?.limitResponse?.queuing?.queues ?? NONE)),
  text('HandSize', ({ spec }) => String(spec.limited?.limitResponse?.queuing?.handSize ?? NONE)),
  text('QueueLengthLimit', ({ spec }) =>
    String(spec.limited?.limitResponse?.queuing?.queueLengthLimit ?? NONE),
  ),
  AGE,
];
