import type { NewObject } from '../../api/object.ts';
import type {
  ExemptPriorityLevelConfiguration,
  FlowSchema,
  FlowSchemaCondition,
  FlowSchemaSpec,
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import { type Micros, rfc3339 } from '../../time.ts';
import { fill, fillZeros, onField } from '../defaults/fill.ts';
import type { KindStrategy, StrategyContext } from '../kind.ts';
import { PRIORITY_LEVELS } from '../kind-refs.ts';
import { validateFlowSchema, validatePriorityLevel } from '../validation/flow-control.ts';

/** API priority and fairness (Kubernetes' `pkg/apis/flowcontrol/v1/defaults.go`). */

const SCHEMA: Partial<FlowSchemaSpec> = { matchingPrecedence: 1000 };

/** Whether its priority level is there, as the controller in the API server finds at once (`apf_controller.go`). */
function dangling(view: View, level: string, now: Micros): FlowSchemaCondition {
  const isThere = view.getByKey(PRIORITY_LEVELS, level) !== undefined;
  const about = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  return {
    type: 'Dangling',
    status: isThere ? 'False' : 'True',
    lastTransitionTime: rfc3339(now),
    reason: isThere ? 'Found' : 'NotFound',
    message: isThere ? `${about} and it exists` : `${about} but there is no such object`,
  };
}

export const FLOW_SCHEMA_STRATEGY: KindStrategy<FlowSchema> = {
  applyDefaults(object: NewObject<FlowSchema>): NewObject<FlowSchema> {
    return onField(object, 'spec', (spec) => fillZeros(spec, SCHEMA));
  },
  prepareForCreate(object: NewObject<FlowSchema>, { now, view }: StrategyContext): NewObject<FlowSchema> {
    const level = object.spec?.priorityLevelConfiguration?.name ?? '';
    return { ...object, status: { conditions: [dangling(view, level, now)] } };
  },
  validate: validateFlowSchema,
  validateUpdate: (next) => validateFlowSchema(next),
};

const EXEMPT: Partial<ExemptPriorityLevelConfiguration> = { lendablePercent: 0, nominalConcurrencyShares: 0 };
const LIMITED: Partial<LimitedPriorityLevelConfiguration> = {
  lendablePercent: 0,
  nominalConcurrencyShares: 30,
};
const QUEUING: Partial<QueuingConfiguration> = { handSize: 8, queueLengthLimit: 50, queues: 64 };

export const PRIORITY_LEVEL_STRATEGY: KindStrategy<PriorityLevelConfiguration> = {
  applyDefaults(object: NewObject<PriorityLevelConfiguration>): NewObject<PriorityLevelConfiguration> {
    return onField(object, 'spec', (spec) => {
      const exempted = onField(spec, 'exempt', (exempt) => fill(exempt, EXEMPT));
      return onField(exempted, 'limited', (limited) =>
        onField(fill(limited, LIMITED), 'limitResponse', (response) =>
          onField(response, 'queuing', (queuing) => fillZeros(queuing, QUEUING)),
        ),
      );
    });
  },
  prepareForCreate: (object: NewObject<PriorityLevelConfiguration>) => ({ ...object, status: {} }),
  validate: validatePriorityLevel,
  validateUpdate: (next) => validatePriorityLevel(next),
};
