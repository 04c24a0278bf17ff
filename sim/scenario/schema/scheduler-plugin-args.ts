import { z } from 'zod';
import {
  DEFAULT_BALANCE_ARGS,
  DEFAULT_FIT_ARGS,
  DEFAULT_POD_AFFINITY_ARGS,
  DEFAULT_PREEMPTION_ARGS,
  type DefaultPreemptionArgs,
  type InterPodAffinityArgs,
  type NodeAffinityArgs,
  type NodeResourcesBalancedAllocationArgs,
  type NodeResourcesFitArgs,
  type PodTopologySpreadArgs,
  type ResourceWeight,
  type ScoringStrategy,
  type VolumeBindingArgs,
} from '../../../controllers/scheduling/configuration/plugin-args.ts';
import { qualifiedName } from '../../../core/kinds/validation/names.ts';
import { validateAffinity } from '../../../core/kinds/validation/scheduling.ts';
import type { NodeAffinity, TopologySpreadConstraint } from '../../../core/schema/types.generated.ts';
import { flag, integer, listOf, oneOf, strict, text, wanted } from './fields.ts';
import { RESEARCH_SCHEMAS } from './research-plugin-args.ts';

/** The arguments of plugins (`pluginConfig`), with the rules of kube-scheduler's own validation. */

/** Every struct of arguments may say what it is. */
const TYPED = { apiVersion: z.string().optional(), kind: z.string().optional() };

const resource = strict({ name: text(), weight: integer(1, 100).default(1) }, 'a resource: { name, weight }');

const fitResources = listOf(resource, 'a list of resources').transform((given): readonly ResourceWeight[] =>
  given.length === 0 ? DEFAULT_FIT_ARGS.scoringStrategy.resources : given,
);

const shape = listOf(
  strict({ utilization: integer(0, 100), score: integer(0, 10) }, 'a point: { utilization, score }'),
  'a list of points',
)
  .min(1, wanted('at least one point'))
  .superRefine((points, context) => {
    points.forEach(({ utilization }, index) => {
      const previous = points[index - 1];
      if (previous === undefined || previous.utilization < utilization) return;
      const message = `utilizations must ascend, and ${utilization} comes after ${previous.utilization}`;
      context.addIssue({ code: 'custom', message, path: [index, 'utilization'] });
    });
  });

const scoringStrategy = strict({
  type: oneOf(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']),
  resources: fitResources.default([...DEFAULT_FIT_ARGS.scoringStrategy.resources]),
  requestedToCapacityRatio: strict({ shape }).optional(),
}).transform(({ type, resources, requestedToCapacityRatio }, context): ScoringStrategy => {
  const path = ['requestedToCapacityRatio'];
  if (type !== 'RequestedToCapacityRatio') {
    if (requestedToCapacityRatio !== undefined) {
      const message = `is for the type RequestedToCapacityRatio, and this is ${type}`;
      context.issues.push({ code: 'custom', message, input: type, path });
    }
    return { type, resources };
  }
  if (requestedToCapacityRatio === undefined) {
    const message = 'is missing: expected { shape: [{ utilization, score }, …] }, as the type needs it';
    context.issues.push({ code: 'custom', message, input: type, path });
    return z.NEVER;
  }
  return { type, resources, requestedToCapacityRatio };
});

const resourceName = text().superRefine((name, context) => {
  for (const message of qualifiedName(name)) context.addIssue({ code: 'custom', message });
});

const fit = strict({
  ...TYPED,
  scoringStrategy: scoringStrategy.optional(),
  ignoredResources: listOf(resourceName, 'a list of resources').default([]),
  ignoredResourceGroups: listOf(resourceName, 'a list of groups of resources')
    .superRefine((groups, context) => {
      groups.forEach((group, index) => {
        if (!group.includes('/')) return;
        context.addIssue({
          code: 'custom',
          message: `a group has no "/", and this is "${group}"`,
          path: [index],
        });
      });
    })
    .default([]),
}).transform(
  ({ scoringStrategy: strategy, ignoredResources, ignoredResourceGroups }): NodeResourcesFitArgs => ({
    scoringStrategy: strategy ?? DEFAULT_FIT_ARGS.scoringStrategy,
    ignoredResources,
    ignoredResourceGroups,
  }),
);

const balance = strict({
  ...TYPED,
  resources: listOf(
    strict({ name: text(), weight: z.literal(1, wanted('1, as all resources count alike')).default(1) }),
    'a list of resources',
  )
    .superRefine((resources, context) => {
      resources.forEach(({ name }, index) => {
        if (resources.findIndex((other) => other.name === name) === index) return;
        context.addIssue({ code: 'custom', message: `"${name}" is there twice`, path: [index, 'name'] });
      });
    })
    .default([]),
}).transform(
  ({ resources }): NodeResourcesBalancedAllocationArgs =>
    resources.length === 0 ? DEFAULT_BALANCE_ARGS : { resources },
);

const podAffinity = strict({
  ...TYPED,
  hardPodAffinityWeight: integer(0, 100).default(DEFAULT_POD_AFFINITY_ARGS.hardPodAffinityWeight),
  ignorePreferredTermsOfExistingPods: flag.default(
    DEFAULT_POD_AFFINITY_ARGS.ignorePreferredTermsOfExistingPods,
  ),
}).transform(
  ({ hardPodAffinityWeight, ignorePreferredTermsOfExistingPods }): InterPodAffinityArgs => ({
    hardPodAffinityWeight,
    ignorePreferredTermsOfExistingPods,
  }),
);

const requirement = strict({
  key: text(),
  operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
  values: listOf(z.string(wanted('a text')), 'a list of texts').optional(),
});

const term = strict({
  matchExpressions: listOf(requirement, 'a list of requirements').optional(),
  matchFields: listOf(requirement, 'a list of requirements').optional(),
});

const addedAffinity = strict({
  requiredDuringSchedulingIgnoredDuringExecution: strict({
    nodeSelectorTerms: listOf(term, 'a list of terms').min(1, wanted('at least one term')),
  }).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: listOf(
    strict({ weight: integer(1, 100), preference: term }),
    'a list of terms with weights',
  ).optional(),
}).superRefine((given, context) => {
  for (const { field, body } of validateAffinity({ nodeAffinity: given as NodeAffinity }, '')) {
    // A path of the API: `.nodeAffinity.required….nodeSelectorTerms[0].matchExpressions[1].values`.
    const parts = field.split(/[.[\]]+/).filter((part) => part !== '' && part !== 'nodeAffinity');
    const path = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    context.addIssue({ code: 'custom', message: body, path });
  }
});

const nodeAffinity = strict({ ...TYPED, addedAffinity: addedAffinity.optional() }).transform(
  (given): NodeAffinityArgs =>
    given.addedAffinity === undefined ? {} : { addedAffinity: given.addedAffinity as NodeAffinity },
);

const POLICIES = ['Honor', 'Ignore'] as const;

const defaultConstraint = strict(
  {
    maxSkew: integer(1),
    topologyKey: text().superRefine((name, context) => {
      for (const message of qualifiedName(name)) context.addIssue({ code: 'custom', message });
    }),
    whenUnsatisfiable: oneOf(['DoNotSchedule', 'ScheduleAnyway']),
    minDomains: integer(1).optional(),
    nodeAffinityPolicy: oneOf(POLICIES).optional(),
    nodeTaintsPolicy: oneOf(POLICIES).optional(),
    labelSelector: z
      .never({
        error: 'a default constraint has no selector: it comes from the Services and the owner of each pod',
      })
      .optional(),
  },
  'a constraint: { maxSkew, topologyKey, whenUnsatisfiable }',
);

const spread = strict({
  ...TYPED,
  defaultConstraints: listOf(defaultConstraint, 'a list of constraints')
    .superRefine((constraints, context) => {
      constraints.forEach(({ topologyKey, whenUnsatisfiable }, index) => {
        const first = constraints.findIndex(
          (other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable,
        );
        if (first === index) return;
        const message = `there is one already with topologyKey ${topologyKey} and ${whenUnsatisfiable}`;
        context.addIssue({ code: 'custom', message, path: [index] });
      });
    })
    .default([]),
  defaultingType: oneOf(['System', 'List']).default('System'),
})
  .superRefine(({ defaultConstraints, defaultingType }, context) => {
    if (defaultingType === 'List' || defaultConstraints.length === 0) return;
    const message =
      'constraints are given, but defaultingType is System: expected defaultingType: List beside them';
    context.addIssue({ code: 'custom', message, path: ['defaultConstraints'] });
  })
  .transform(
    ({ defaultConstraints, defaultingType }): PodTopologySpreadArgs => ({
      defaultConstraints: defaultConstraints as readonly TopologySpreadConstraint[],
      defaultingType,
    }),
  );

const preemption = strict({
  ...TYPED,
  minCandidateNodesPercentage: integer(0, 100).default(DEFAULT_PREEMPTION_ARGS.minCandidateNodesPercentage),
  minCandidateNodesAbsolute: integer(0).default(DEFAULT_PREEMPTION_ARGS.minCandidateNodesAbsolute),
})
  .superRefine(({ minCandidateNodesPercentage, minCandidateNodesAbsolute }, context) => {
    if (minCandidateNodesPercentage > 0 || minCandidateNodesAbsolute > 0) return;
    const message = 'minCandidateNodesPercentage and minCandidateNodesAbsolute can not both be 0';
    context.addIssue({ code: 'custom', message, path: ['minCandidateNodesPercentage'] });
  })
  .transform(
    ({ minCandidateNodesPercentage, minCandidateNodesAbsolute }): DefaultPreemptionArgs => ({
      minCandidateNodesPercentage,
      minCandidateNodesAbsolute,
    }),
  );

/** `shape` is of scores that are off by default, and checked alone. */
const volumeBinding = strict({
  ...TYPED,
  bindTimeoutSeconds: integer(0).optional(),
  shape: shape.optional(),
}).transform(
  ({ bindTimeoutSeconds }): VolumeBindingArgs =>
    bindTimeoutSeconds === undefined ? {} : { bindTimeoutSeconds },
);

export const ARGUMENT_SCHEMAS = {
  NodeResourcesFit: fit,
  NodeResourcesBalancedAllocation: balance,
  InterPodAffinity: podAffinity,
  NodeAffinity: nodeAffinity,
  PodTopologySpread: spread,
  DefaultPreemption: preemption,
  VolumeBinding: volumeBinding,
  ...RESEARCH_SCHEMAS,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export function isConfigurable(name: string): name is keyof typeof ARGUMENT_SCHEMAS {
  return Object.hasOwn(ARGUMENT_SCHEMAS, name);
}

/** Checked, and dropped. */
export const ARGUMENTS_WITHOUT_EFFECT: Readonly<Record<string, z.ZodType>> = {
  DynamicResources: strict({
    ...TYPED,
    filterTimeout: z.string().optional(),
    bindingTimeout: z.string().optional(),
  }),
};
