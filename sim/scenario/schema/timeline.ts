import { z } from 'zod';
import { NODE } from '../../../core/kinds/registry.ts';
import { didYouMean, shown } from '../problem.ts';
import { DEFAULT_NAMESPACE, parseName } from '../resource-name.ts';
import type { Action, Duration, ObjectTarget } from '../scenario.ts';
import { FAULTS, type FaultEntry, faultEntry } from './faults.ts';
import {
  anyObject,
  dnsLabel,
  duration,
  flag,
  forEditors,
  integer,
  oneOf,
  readWith,
  strict,
  text,
} from './fields.ts';

/** Something to apply: a file or folder that has not been read yet, or an object as it was written. */
export type ApplyItem = string | Readonly<Record<string, unknown>>;

/** An action before the files that it names are read. */
export type WrittenAction =
  | Exclude<Action, { readonly op: 'apply' }>
  | {
      readonly op: 'apply';
      readonly items: readonly ApplyItem[];
      /** Whether `apply` was written as a list: the path of a problem depends on it. */
      readonly isList: boolean;
      readonly namespace: string | undefined;
    };

export interface WrittenEntry {
  readonly at: Duration;
  readonly action: WrittenAction;
}

const at = duration.describe('When, since the start of the run.');
const namespace = dnsLabel.default(DEFAULT_NAMESPACE).describe('Namespace of what is named without one.');
const applyItem = z.union([z.string(), anyObject], {
  error: ({ input }) => `expected a file, a folder or an object, got ${shown(input)}`,
});

/** kinds with a scale subresource (https://kubernetes.io/docs/reference/kubectl/generated/kubectl_scale/). */
const SCALABLE = ['deployments.apps', 'replicasets.apps', 'statefulsets.apps', 'replicationcontrollers'];
/** What `kubectl rollout restart` takes. */
const RESTARTABLE = ['deployments.apps', 'daemonsets.apps', 'statefulsets.apps'];
/** What holds a pod template whose containers `kubectl set image` changes, and a pod itself. */
const WITH_IMAGES = [...RESTARTABLE, 'replicasets.apps', 'replicationcontrollers', 'cronjobs.batch', 'pods'];

type Context = z.core.$RefinementCtx<unknown>;

function refuse(context: Context, field: string, message: string): typeof z.NEVER {
  context.issues.push({ code: 'custom', message, input: undefined, path: [field] });
  return z.NEVER;
}

function target(
  name: string,
  field: string,
  inNamespace: string,
  context: Context,
  allowed?: readonly string[],
): ObjectTarget {
  const parsed = parseName(name, inNamespace);
  if ('error' in parsed) return refuse(context, field, parsed.error);
  const { kind } = parsed;
  if (allowed !== undefined && !allowed.includes(kind.resource)) {
    return refuse(context, field, `is not possible for ${kind.plural}, only for ${allowed.join(', ')}`);
  }
  const { name: objectName, namespace: objectNamespace } = parsed;
  return {
    resource: kind.resource,
    ...(objectNamespace === undefined ? {} : { namespace: objectNamespace }),
    name: objectName,
  };
}

/** `node-1` or `node/node-1`. */
const nodeName = text('the name of a node').transform((name, context): string => {
  if (!name.includes('/')) return name;
  const parsed = parseName(name);
  if (!('error' in parsed) && parsed.kind === NODE) return parsed.name;
  const message = 'error' in parsed ? parsed.error : `expected the name of a node, got ${shown(name)}`;
  context.issues.push({ code: 'custom', message, input: name });
  return z.NEVER;
});

const name = text('kind/name, such as deployment/web');

const ENTRIES = {
  apply: strict({
    at,
    apply: z.union([applyItem, z.array(applyItem)], {
      error: ({ input }) => `expected a file, a folder, an object or a list of them, got ${shown(input)}`,
    }),
    namespace: dnsLabel.optional().describe('As after kubectl -n.'),
  }).transform((entry): WrittenEntry => {
    const isList = Array.isArray(entry.apply);
    const items = (isList ? entry.apply : [entry.apply]) as readonly ApplyItem[];
    return { at: entry.at, action: { op: 'apply', items, isList, namespace: entry.namespace } };
  }),
  delete: strict({
    at,
    delete: name,
    namespace,
    propagationPolicy: oneOf(['Background', 'Foreground', 'Orphan']).default('Background'),
    gracePeriodSeconds: integer(0).optional(),
  }).transform((entry, context): WrittenEntry => {
    const { propagationPolicy, gracePeriodSeconds } = entry;
    const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
    return {
      at: entry.at,
      action: {
        op: 'delete',
        target: target(entry.delete, 'delete', entry.namespace, context),
        propagationPolicy,
        ...grace,
      },
    };
  }),
  scale: strict({ at, scale: name, namespace, replicas: integer(0, 1_000_000) }).transform(
    (entry, context): WrittenEntry => ({
      at: entry.at,
      action: {
        op: 'scale',
        target: target(entry.scale, 'scale', entry.namespace, context, SCALABLE),
        replicas: entry.replicas,
      },
    }),
  ),
  setImage: strict({ at, setImage: name, namespace, container: dnsLabel, image: text('an image') }).transform(
    (entry, context): WrittenEntry => ({
      at: entry.at,
      action: {
        op: 'setImage',
        target: target(entry.setImage, 'setImage', entry.namespace, context, WITH_IMAGES),
        container: entry.container,
        image: entry.image,
      },
    }),
  ),
  patch: strict({ at, patch: name, namespace, with: anyObject }).transform(
    (entry, context): WrittenEntry => ({
      at: entry.at,
      action: {
        op: 'patch',
        target: target(entry.patch, 'patch', entry.namespace, context),
        patch: entry.with,
      },
    }),
  ),
  restart: strict({ at, restart: name, namespace }).transform(
    (entry, context): WrittenEntry => ({
      at: entry.at,
      action: {
        op: 'restart',
        target: target(entry.restart, 'restart', entry.namespace, context, RESTARTABLE),
      },
    }),
  ),
  cordon: strict({ at, cordon: nodeName }).transform(
    (entry): WrittenEntry => ({ at: entry.at, action: { op: 'cordon', node: entry.cordon } }),
  ),
  uncordon: strict({ at, uncordon: nodeName }).transform(
    (entry): WrittenEntry => ({ at: entry.at, action: { op: 'uncordon', node: entry.uncordon } }),
  ),
  drain: strict({
    at,
    drain: nodeName,
    ignoreDaemonSets: flag.default(false).describe('Leave pods of DaemonSets where they are.'),
    deleteEmptyDirData: flag.default(false).describe('Evict pods with an emptyDir too, whose data is lost.'),
    force: flag.default(false).describe('Evict pods without a controller too.'),
    gracePeriodSeconds: integer(0).optional().describe("The pods' own unless given."),
    timeout: duration.optional().describe('Give up after this long; never unless given.'),
  }).transform(
    ({ at: when, drain: node, ignoreDaemonSets, deleteEmptyDirData, force, ...rest }): WrittenEntry => ({
      at: when,
      action: {
        op: 'drain',
        node,
        ignoreDaemonSets,
        deleteEmptyDirData,
        force,
        ...(rest.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: rest.gracePeriodSeconds }),
        ...(rest.timeout === undefined || rest.timeout === 0 ? {} : { timeout: rest.timeout }),
      },
    }),
  ),
} as const;

/** What an entry of the timeline can do. */
export const VERBS: readonly string[] = [...Object.keys(ENTRIES), 'fault'];
function schemaFor(entry: Readonly<Record<string, unknown>>): z.ZodType<WrittenEntry | FaultEntry> | string {
  const verbs = VERBS.filter((verb) => entry[verb] !== undefined);
  const [verb, second] = verbs;
  if (second !== undefined) return `does two things, ${verb} and ${second}: make it two entries`;
  if (verb === 'fault') return faultEntry(entry);
  if (verb !== undefined) return ENTRIES[verb as keyof typeof ENTRIES];
  const others = Object.keys(entry).filter((key) => key !== 'at' && key !== 'namespace');
  const meant = others.map((key) => didYouMean(key, VERBS)).find((text) => text !== '') ?? '';
  return `expected one of ${VERBS.join(', ')}${meant}`;
}

const everyEntry = z.union([...Object.values(ENTRIES), ...Object.values(FAULTS)]);

/** The field that is there says what an entry does; only then its other fields have a meaning. */
export const timelineEntry = forEditors(
  everyEntry,
  z.unknown().transform((value, context): WrittenEntry => {
    const fail = (message: string): typeof z.NEVER => {
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return fail(`expected an entry such as { at: 5m, apply: web.yaml }, got ${shown(value)}`);
    }
    const schema = schemaFor(value as Readonly<Record<string, unknown>>);
    if (typeof schema === 'string') return fail(schema);
    return readWith<WrittenEntry | FaultEntry>(schema, value, context);
  }),
);
