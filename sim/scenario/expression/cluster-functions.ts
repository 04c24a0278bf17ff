import { ENDPOINT_SLICE, NODE, POD } from '../../../core/kinds/registry.ts';
import { seriesName } from '../../../core/log/series.ts';
import type { Pod } from '../../../core/schema/types.generated.ts';
import { parseRfc3339 } from '../../../core/time.ts';
import type { Call, CallArguments, ExpressionFunction, LooseObject } from './call.ts';
import { conditionOf } from './workload-functions.ts';

/** The label by which an EndpointSlice belongs to a Service (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ownership). */
const SERVICE_NAME = 'kubernetes.io/service-name';

const COST = seriesName('cluster', '', 'cost');
/** The series is in millionths of the currency. */
const COST_UNIT = 1_000_000;

function counting(
  given: CallArguments,
  kind: Parameters<CallArguments['selection']>[0],
  counts: (object: LooseObject) => boolean,
): Call {
  const { list, dependency } = given.selection(kind);
  given.end();
  return {
    dependencies: [dependency],
    evaluate: (view) => {
      let count = 0;
      for (const object of list(view)) if (counts(object)) count += 1;
      return count;
    },
  };
}

function podsIn(phase: string): (given: CallArguments) => Call {
  return (given) => counting(given, POD, (pod) => pod.status?.phase === phase);
}

function endpoints(given: CallArguments): Call {
  const { namespace, name } = given.target(['services']);
  given.end();
  if (namespace === undefined) throw new Error('a service without a namespace was asked for its endpoints');
  return {
    dependencies: [{ kind: ENDPOINT_SLICE, namespace }],
    evaluate: (view) => {
      let count = 0;
      for (const slice of view.labelled(ENDPOINT_SLICE, namespace, SERVICE_NAME, name)) {
        // An endpoint without a word on it counts as ready (EndpointConditions.ready).
        for (const endpoint of slice.endpoints ?? []) if (endpoint.conditions?.ready !== false) count += 1;
      }
      return count;
    },
  };
}

/** What can be asked of any object, of many, and of the cluster. */
export const CLUSTER_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'age',
    signature: 'age(object)',
    about: 'Time since its creation. It grows without an event, and is looked at whenever anything happens.',
    returns: 'duration',
    call: (given) => {
      const { get, dependency } = given.target();
      given.end();
      return {
        dependencies: [dependency],
        followsTime: true,
        evaluate: (view, now) => {
          const created = parseRfc3339(get(view)?.metadata.creationTimestamp ?? '');
          return created === undefined ? undefined : now - created;
        },
      };
    },
  },
  {
    name: 'condition',
    signature: 'condition(object, Type)',
    about:
      'Status of a condition: `"True"`, `"False"`, `"Unknown"`, or `""` where the object has no such condition.',
    returns: 'text',
    call: (given) => {
      const { get, dependency } = given.target();
      const type = given.word('the type of a condition such as Available');
      given.end();
      return {
        dependencies: [dependency],
        evaluate: (view) => {
          const object = get(view);
          return object === undefined ? undefined : conditionOf(object, type);
        },
      };
    },
  },
  {
    name: 'cost',
    signature: 'cost()',
    about:
      "What the nodes have cost so far, by their groups' `pricePerHour`, as of the last whole minute. 0 where none has a price.",
    returns: 'number',
    call: (given) => {
      given.end();
      return {
        dependencies: [],
        series: [COST],
        evaluate: (_view, _now, values) => (values.valueOf(COST) ?? 0) / COST_UNIT,
      };
    },
  },
  {
    name: 'count',
    signature: 'count(kind, "labels", "namespace")',
    about:
      'Objects of a kind. The labels (a selector as after `kubectl -l`) and the namespace may be left out.',
    returns: 'number',
    call: (given) => counting(given, given.kind(), () => true),
  },
  {
    name: 'endpoints',
    signature: 'endpoints(service)',
    about: 'Ready endpoints of a Service, in all its EndpointSlices. 0 where it has none.',
    returns: 'number',
    call: endpoints,
  },
  {
    name: 'exists',
    signature: 'exists(object)',
    about: 'Whether it is there; true while it is being deleted.',
    returns: 'boolean',
    call: (given) => {
      const { get, dependency } = given.target();
      given.end();
      return { dependencies: [dependency], evaluate: (view) => get(view) !== undefined };
    },
  },
  {
    name: 'nodes',
    signature: 'nodes("labels")',
    about: 'Nodes; those with the labels, where any are given.',
    returns: 'number',
    call: (given) => counting(given, NODE, () => true),
  },
  {
    name: 'nodesReady',
    signature: 'nodesReady("labels")',
    about: 'Nodes that are ready.',
    returns: 'number',
    call: (given) => counting(given, NODE, (node) => conditionOf(node, 'Ready') === 'True'),
  },
  {
    name: 'pending',
    signature: 'pending("labels", "namespace")',
    about: 'Pods in the phase Pending.',
    returns: 'number',
    call: podsIn('Pending'),
  },
  {
    name: 'phase',
    signature: 'phase(pod)',
    about:
      '`"Pending"`, `"Running"`, `"Succeeded"`, `"Failed"` or `"Unknown"`; of namespaces and volumes their own.',
    returns: 'text',
    call: (given) => {
      const { get, dependency } = given.target([
        'pods',
        'namespaces',
        'persistentvolumeclaims',
        'persistentvolumes',
      ]);
      given.end();
      return {
        dependencies: [dependency],
        evaluate: (view) => {
          const object = get(view) as Pod | undefined;
          return object === undefined ? undefined : (object.status?.phase ?? '');
        },
      };
    },
  },
  {
    name: 'running',
    signature: 'running("labels", "namespace")',
    about: 'Pods in the phase Running, ready or not.',
    returns: 'number',
    call: podsIn('Running'),
  },
];
