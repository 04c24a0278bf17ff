import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KubeObject, NewObject } from '../api/object.ts';
import { invalid, type Status } from '../api/status.ts';
import { decodeObject } from '../schema/decode.ts';
import type { View } from '../store/view.ts';
import { storedVersion, toStoredVersion } from './conversion.ts';
import type { StrategyContext } from './kind.ts';
import { kindFor } from './registry.ts';
import { validateObjectMeta } from './validation/object-meta.ts';

/** Requests that a real API server (1.20.2) answered, put through defaulting, preparation and validation. */
const recorded = '../shared/data/oracle/requests.jsonl';

interface Recorded {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly answer: Status & KubeObject;
}

/** Answers that come from other parts of the API server: routes, admission, storage, who may do what. */
const NOT_VALIDATION = [
  'auth-impersonate-create',
  'bad-dryrun',
  'life-create-again',
  'meta-wrong-namespace',
  'ns-missing',
  'pod-priority-class-missing',
  'pod-runtime-class-missing',
  'pod-sa-missing',
  'post-to-item',
  'wrong-kind',
];

/** What has changed since, each with the reason: the body of every field error that comes today. */
/** Of a draw that is always 7. */
const JOB_UID = '00000007-0000-4007-8000-000700000007';
const BYTES = 'lengths are of bytes since 1.32';
const GROUP = 'the group that is named is networking.k8s.io since 1.22';
const JSON_VALUES = 'values are shown as JSON and not in Go syntax since 1.33';
const CHANGED: Readonly<
  Record<
    string,
    { readonly why: string; readonly bodies: readonly string[]; readonly fields?: readonly string[] }
  >
> = {
  'pod-port-bad-name': {
    why: BYTES,
    bodies: ['Invalid value: "waytoolongportname": must be no more than 15 bytes'],
  },
  'meta-long-name': {
    why: BYTES,
    bodies: [`Invalid value: "${'a'.repeat(260)}": must be no more than 253 bytes`],
  },
  'pod-request-over-limit': {
    why: 'the limit is named since 1.26',
    bodies: ['Invalid value: "2": must be less than or equal to cpu limit of 1'],
  },
  'pod-extended-fraction': {
    why: JSON_VALUES,
    bodies: ['Invalid value: "500m": must be an integer', 'Invalid value: "500m": must be an integer'],
  },
  'pod-toleration-exists-value': {
    why: JSON_VALUES,
    bodies: [
      'Invalid value: {"Key":"a","Operator":"Exists","Value":"b","Effect":"","TolerationSeconds":null}: value must be empty when `operator` is \'Exists\'',
    ],
  },
  'pod-init-readiness': {
    why: 'sidecars may have probes since 1.28',
    bodies: ['Forbidden: may not be set for init containers without restartPolicy=Always'],
  },
  'deploy-no-selector': {
    why: JSON_VALUES,
    bodies: ['Required value', 'Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
  },
  'deploy-empty-selector': {
    why: JSON_VALUES,
    bodies: ['Invalid value: {}: empty selector is invalid for deployment'],
  },
  'deploy-selector-mismatch': {
    why: JSON_VALUES,
    bodies: ['Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
  },
  'deploy-no-template': {
    why: JSON_VALUES,
    bodies: ['Invalid value: null: `selector` does not match template `labels`', 'Required value'],
  },
  'deploy-surge-and-unavailable-zero': {
    why: JSON_VALUES,
    bodies: ['Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  },
  'deploy-unavailable-over-100': {
    why: JSON_VALUES,
    bodies: ['Invalid value: "120%": must not be greater than 100%'],
  },
  'ds-unavailable-zero': {
    why: 'a surge may stand in for it since 1.21',
    bodies: ['Required value: cannot be 0 when maxSurge is 0'],
  },
  'ds-selector-mismatch': {
    why: JSON_VALUES,
    bodies: ['Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
  },
  'job-own-selector': {
    why: 'the labels have a prefix since 1.27, and values are shown as JSON',
    bodies: [
      `Invalid value: {"matchLabels":{"a":"b","batch.kubernetes.io/controller-uid":"${JOB_UID}"}}: \`selector\` not auto-generated`,
      `Invalid value: {"batch.kubernetes.io/controller-uid":"${JOB_UID}","batch.kubernetes.io/job-name":"j","controller-uid":"${JOB_UID}","job-name":"j"}: \`selector\` does not match template \`labels\``,
    ],
  },
  'svc-dup-ports': {
    why: JSON_VALUES,
    bodies: [
      'Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
    ],
  },
  'hpa-no-target': {
    why: 'a target needs an API group since 1.32',
    fields: ['spec.scaleTargetRef.kind', 'spec.scaleTargetRef.name', 'spec.scaleTargetRef.apiVersion'],
    bodies: ['Required value', 'Required value', 'Invalid value: "": apiVersion must specify API group'],
  },
  'pv-no-capacity': {
    why: JSON_VALUES,
    bodies: ['Required value', 'Unsupported value: null: supported values: "storage"'],
  },
  'ing-no-rules': {
    why: `${GROUP}, and ${JSON_VALUES}`,
    bodies: ['Invalid value: null: either `defaultBackend` or `rules` must be specified'],
  },
  'ing-no-pathtype': { why: GROUP, bodies: ['Required value: pathType must be specified'] },
  'ing-relative-path': { why: GROUP, bodies: ['Invalid value: "x": must be an absolute path'] },
  'netpol-bad-cidr': {
    why: `${GROUP}, and ranges have one sentence for all kinds since 1.33`,
    bodies: ['Invalid value: "10.0.0/8": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
  },
  'lr-default-over-max': {
    why: JSON_VALUES,
    bodies: [
      'Invalid value: "2": default request value 2 is greater than max value 1',
      'Invalid value: "1": default value 2 is greater than max value 1',
    ],
  },
  'svc-node-port-range': {
    why: 'dry runs allocate too since 1.21',
    bodies: [
      'Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
  },
};

/** How a default differs today, or is another part's work. Each takes the recorded answer to what is expected. */
type Json = Readonly<Record<string, unknown>>;

function without(object: Json, ...keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Set by admission: the account and its token, default tolerations, the priority. */
function withoutAdmission(answer: Json): Json {
  const spec = answer.spec as Json;
  const isToken = (one: Json) => String(one.name).startsWith('default-token-');
  const container = (one: Json) => {
    const mounts = (one.volumeMounts as readonly Json[]).filter((mount) => !isToken(mount));
    return mounts.length === 0 ? without(one, 'volumeMounts') : { ...one, volumeMounts: mounts };
  };
  const volumes = (spec.volumes as readonly Json[]).filter((volume) => !isToken(volume));
  const admitted = ['serviceAccount', 'serviceAccountName', 'tolerations', 'priority', 'preemptionPolicy'];
  const rest = without(spec, 'volumes', ...admitted);
  const init = spec.initContainers as readonly Json[] | undefined;
  return {
    ...answer,
    spec: {
      ...rest,
      containers: (spec.containers as readonly Json[]).map(container),
      ...(init === undefined ? {} : { initContainers: init.map(container) }),
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
}

/** A Service gets its address and ports on a dry run too, names its families (1.20+) and its policies (1.26). */
function withAllocation(answer: Json, balancer: boolean): Json {
  const spec = answer.spec as Json;
  return {
    ...answer,
    spec: {
      ...spec,
      ...(balancer ? { allocateLoadBalancerNodePorts: true } : {}),
      clusterIP: expect.stringMatching(/^10\.96\./),
      clusterIPs: [expect.stringMatching(/^10\.96\./)],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ protocol: 'TCP', port: 80, targetPort: 80, nodePort: expect.any(Number) }],
    },
  };
}

/** A null creationTimestamp is no longer written in templates (1.34). */
function withTemplateOfToday(answer: Json): Json {
  const spec = answer.spec as { readonly template: { readonly metadata: Json } };
  const { template } = spec;
  const meta = without(template.metadata, 'creationTimestamp');
  return { ...answer, spec: { ...spec, template: { ...template, metadata: meta } } };
}

const DEFAULTS_TODAY: Readonly<Record<string, (answer: Json) => Json>> = {
  'default-pod': withoutAdmission,
  'default-pod-rich': withoutAdmission,
  'default-service-nodeport': (answer) => withAllocation(answer, false),
  'default-service-lb': (answer) => withAllocation(answer, true),
  'default-deployment': withTemplateOfToday,
  // A surge of zero is written since 1.22.
  'default-daemonset': (answer) => {
    const today = withTemplateOfToday(answer);
    const rollingUpdate = { maxSurge: 0, maxUnavailable: 1 };
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
    return { ...today, spec: { ...(today.spec as Json), updateStrategy } };
  },
  // Claims are kept by a policy since 1.27, and available replicas are always told since 1.25.
  'default-statefulset': (answer) => {
    const today = withTemplateOfToday(answer);
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Retain', whenScaled: 'Retain' };
    return {
      ...today,
      spec: { ...(today.spec as Json), persistentVolumeClaimRetentionPolicy },
      status: { availableReplicas: 0, replicas: 0 },
    };
  },
  // Modes, suspension (1.24) and replacement (1.29) have defaults; labels have a prefix since 1.27.
  'default-job': (answer) => {
    const today = withTemplateOfToday(answer);
    const { template, ...spec } = today.spec as Json & { readonly template: Json };
    const labels = {
      'batch.kubernetes.io/controller-uid': JOB_UID,
      'batch.kubernetes.io/job-name': 'j',
      'controller-uid': JOB_UID,
      'job-name': 'j',
    };
    return {
      ...today,
      spec: {
        ...spec,
        completionMode: 'NonIndexed',
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': JOB_UID } },
        suspend: false,
        template: { ...template, metadata: { labels } },
      },
    };
  },
  // Stored as autoscaling/v2, where the target of the CPU is one metric of many.
  'default-hpa-v1': (answer) => {
    const { targetCPUUtilizationPercentage: averageUtilization, ...spec } = answer.spec as Json;
    const resource = { name: 'cpu', target: { averageUtilization, type: 'Utilization' } };
    return {
      ...answer,
      apiVersion: 'autoscaling/v2',
      spec: { ...spec, metrics: [{ resource, type: 'Resource' }] },
      status: { desiredReplicas: 0 },
    };
  },
  // The time of the phase is written since 1.29.
  'default-pv': (answer) => ({
    ...answer,
    status: { ...(answer.status as Json), lastPhaseTransitionTime: '1970-01-01T00:00:00Z' },
  }),
  // Go writes a list that nobody made as null; here it is one without items.
  'default-crd': (answer) => ({ ...answer, status: { ...(answer.status as Json), conditions: [] } }),
  // The taint of a node that isn't ready yet is admission's (TaintNodesByCondition).
  'default-node': (answer) => ({ ...answer, spec: {} }),
};

const noObjects = { list: () => [] } as unknown as View;
const context: StrategyContext = { view: noObjects, now: 0, draw: () => 7 };
/** Letters that the recorded server drew for the one generated name. */
const GENERATED = 'hg5lm';

function answerTo({ body, path }: Recorded): Status | { readonly code: 201; readonly object: NewObject } {
  const { value: decoded, problems } = decodeObject(body);
  const wrong = problems.filter((problem) => problem.kind !== 'unknownField');
  if (decoded === undefined || wrong.length > 0) return { code: 400 } as Status;
  const value = toStoredVersion(decoded);
  const kind = kindFor(value.apiVersion, value.kind)!;
  const { generateName, name = `${generateName}${GENERATED}` } = value.metadata;
  const namespace = kind.namespaced ? { namespace: /namespaces\/([^/]+)/.exec(path)?.[1] } : {};
  const named = { ...value, metadata: { ...value.metadata, ...namespace, name } } as NewObject;
  const { strategy } = kind;
  const defaulted = strategy.applyDefaults?.(named) ?? named;
  const prepared = strategy.prepareForCreate?.(defaulted, context) ?? defaulted;
  if ('code' in prepared) return prepared as Status;
  const errors = [
    ...validateObjectMeta(prepared.metadata, kind.namespaced, strategy.nameRule ?? 'subdomain'),
    ...(strategy.validate?.(prepared as NewObject) ?? []),
  ];
  if (errors.length > 0) return invalid(kind, name, errors);
  return { code: 201, object: prepared as NewObject };
}

function isCovered({ name, method, body }: Recorded): boolean {
  if (method !== 'POST' || typeof body !== 'object' || body === null) return false;
  const { apiVersion = '', kind = '' } = body as Partial<KubeObject>;
  return (
    kindFor(storedVersion(apiVersion, kind), kind)?.strategy.validate !== undefined &&
    !NOT_VALIDATION.includes(name)
  );
}

const all = existsSync(recorded)
  ? readFileSync(recorded, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Recorded)
      .filter(isCovered)
      .map((one): [string, Recorded] => [one.name, one])
  : [];

describe.skipIf(all.length === 0)('answers of a real API server', () => {
  test.each(all.filter(([, { status }]) => status !== 201 && status !== 400))('%s', (name, request) => {
    const got = answerTo(request) as Status;
    expect(got.code).toBe(422);
    const changed = CHANGED[name];
    if (changed === undefined) {
      const { code, details, message, reason } = request.answer;
      expect(got).toMatchObject({ code, details, message, reason });
    } else {
      expect(got.details?.causes?.map((cause) => cause.message)).toEqual(changed.bodies);
      const fields = changed.fields ?? (request.answer.details?.causes ?? []).map((cause) => cause.field);
      expect(got.details?.causes?.map((cause) => cause.field)).toEqual(fields);
    }
  });

  test.each(all.filter(([, { status }]) => status === 400))(
    '%s is no object of its kind',
    (_name, request) => {
      expect(answerTo(request).code).toBe(400);
    },
  );

  test.each(all.filter(([name, { status }]) => status === 201 && !name.startsWith('default-')))(
    '%s is accepted',
    (name, request) => {
      const changed = CHANGED[name];
      const got = answerTo(request);
      if (changed === undefined) expect(got.code).toBe(201);
      else expect((got as Status).details?.causes?.map((cause) => cause.message)).toEqual(changed.bodies);
    },
  );

  test.each(all.filter(([name]) => name.startsWith('default-')))('%s', (name, request) => {
    const got = answerTo(request) as { readonly object: NewObject };
    const { metadata: _, ...want } = request.answer as unknown as Json;
    const { metadata: __, ...have } = JSON.parse(JSON.stringify(got.object)) as Json;
    expect(have).toEqual(DEFAULTS_TODAY[name]?.(want) ?? want);
  });
});

test('every exception names a request that was recorded', () => {
  if (all.length === 0) return;
  const names = all.map(([name]) => name);
  for (const name of [...Object.keys(CHANGED), ...Object.keys(DEFAULTS_TODAY)]) {
    expect(names).toContain(name);
  }
});
