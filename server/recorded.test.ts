import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpAnswer, type HttpCluster, httpCluster } from './testing/http-cluster.ts';

/** Requests that a real API server (1.20.2) answered, sent over HTTPS: the same code, message, and columns. */
const recorded = '../shared/data/oracle/requests.jsonl';

interface Recorded {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** A text is sent as it is. */
  readonly body?: unknown;
  readonly ct?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly answer: Readonly<Record<string, unknown>>;
}

const GONE = 'this version of the group is served no more';
const JSON_VALUES = 'values are shown as JSON and not in Go syntax since 1.33';
const DECODER = 'the decoder is another one since 1.23, with other words';
const BYTES = 'lengths are of bytes since 1.32';

/** What has changed since, or can't be the same, with the reason; and what is answered in its place. */
const CHANGED: Readonly<
  Record<string, { readonly why: string; readonly code?: number; readonly message?: RegExp }>
> = {
  'bad-continue': {
    why: 'the token is not decoded far enough',
    message: /^invalid continue token: continue key is not valid/,
  },
  'bad-dryrun': { why: JSON_VALUES, message: /Unsupported value: \["Some"\]: supported values: "All"$/ },
  'bad-rv': { why: 'a bad request is no internal error', code: 400 },
  'cm-number': {
    why: DECODER,
    message: /cannot unmarshal number into Go struct field ConfigMap\.data of type string$/,
  },
  'cm-too-big': {
    why: 'what is too long is said in other words since 1.32',
    message: /Too long: may not be more than 1048576 bytes$/,
  },
  'dep-selector-immutable': {
    why: JSON_VALUES,
    message: /"matchLabels":\{"app":"a","x":"y"\}\}: field is immutable$/,
  },
  'deploy-empty-selector': {
    why: JSON_VALUES,
    message: /spec\.selector: Invalid value: \{\}: empty selector/,
  },
  'deploy-no-selector': {
    why: JSON_VALUES,
    message: /Invalid value: \{"app":"a"\}: `selector` does not match/,
  },
  'deploy-no-template': { why: JSON_VALUES, message: /Invalid value: null: `selector` does not match/ },
  'deploy-replicas-string': {
    why: DECODER,
    message: /cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
  },
  'deploy-selector-mismatch': {
    why: JSON_VALUES,
    message: /Invalid value: \{"app":"a"\}: `selector` does not match/,
  },
  'deploy-surge-and-unavailable-zero': {
    why: JSON_VALUES,
    message: /Invalid value: 0: may not be 0 when `maxSurge` is 0$/,
  },
  'deploy-unavailable-over-100': {
    why: JSON_VALUES,
    message: /Invalid value: "120%": must not be greater than 100%$/,
  },
  'discovery-apis-policy-v1beta1': { why: GONE, code: 404 },
  'ds-selector-mismatch': {
    why: JSON_VALUES,
    message: /Invalid value: \{"app":"a"\}: `selector` does not match/,
  },
  'ds-unavailable-zero': {
    why: 'a surge may stand in for it since 1.21',
    message: /Required value: cannot be 0 when maxSurge is 0$/,
  },
  'hpa-no-target': {
    why: 'a target needs an API group since 1.32',
    message: /apiVersion must specify API group\]$/,
  },
  'ing-no-rules': {
    why: JSON_VALUES,
    message: /spec: Invalid value: null: either `defaultBackend` or `rules` must be specified$/,
  },
  'job-own-selector': {
    why: 'the labels have a prefix since 1.27',
    message: /`selector` not auto-generated/,
  },
  'lr-default-over-max': {
    why: JSON_VALUES,
    message: /Invalid value: "1": default value 2 is greater than max value 1\]$/,
  },
  'meta-long-name': { why: BYTES, message: /must be no more than 253 bytes$/ },
  'netpol-bad-cidr': {
    why: 'ranges have one sentence for all kinds since 1.33',
    message: /must be a valid CIDR value, \(e\.g\. 10\.9\.8\.0\/24 or 2001:db8::\/64\)$/,
  },
  'pod-bad-quantity': {
    why: DECODER,
    message: /cannot be handled as a Pod: quantities must match the regular expression/,
  },
  'pod-extended-fraction': { why: JSON_VALUES, message: /Invalid value: "500m": must be an integer\]$/ },
  'pod-init-readiness': {
    why: 'sidecars may have probes since 1.28',
    message: /may not be set for init containers without restartPolicy=Always$/,
  },
  'pod-port-bad-name': { why: BYTES, message: /must be no more than 15 bytes$/ },
  'pod-request-over-limit': {
    why: 'the limit is named since 1.26',
    message: /must be less than or equal to cpu limit of 1$/,
  },
  'pod-toleration-exists-value': { why: JSON_VALUES, message: /"Operator":"Exists".*value must be empty/ },
  'pod-wrong-type-int': {
    why: DECODER,
    message: /cannot unmarshal string into Go struct field .* of type int64$/,
  },
  'pod-wrong-type-string': {
    why: DECODER,
    message: /cannot unmarshal string into Go struct field PodSpec\.spec\.containers/,
  },
  'pv-no-capacity': {
    why: JSON_VALUES,
    message: /spec\.capacity: Unsupported value: null: supported values: "storage"\]$/,
  },
  'secret-not-base64': { why: DECODER, message: /illegal base64 data at input byte 0$/ },
  'svc-dup-ports': { why: JSON_VALUES, message: /Duplicate value: \{"Name":"","Protocol":"TCP"/ },
  'svc-node-port-range': {
    why: 'dry runs allocate too since 1.21',
    code: 422,
    message: /provided port is not in the valid range/,
  },
  'table-certificatesigningrequests': { why: 'a column RequestedDuration since 1.22' },
  'table-controllerrevisions': { why: 'the revision is an integer to this printer' },
  'table-endpointslices': { why: GONE, code: 404 },
  'table-jobs': { why: 'a column Status since 1.31' },
  'table-persistentvolumeclaims': { why: 'a column VolumeAttributesClass since 1.31' },
  'table-persistentvolumes': { why: 'a column VolumeAttributesClass since 1.31' },
  'table-poddisruptionbudgets': { why: GONE, code: 404 },
  'table-pods': { why: 'restarts are a text since 1.22' },
  'table-priorityclasses': { why: 'a column PreemptionPolicy since 1.33' },
  'yaml-body': { why: DECODER, message: /cannot unmarshal bool(ean)? into Go struct field/ },
};

/** The recording holds a remark in the place of a body of more than a megabyte. */
const TOO_BIG = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'rec' },
  data: { a: 'x'.repeat(1_100_000) },
};

function bodyOf({ name, body }: Recorded): string | undefined {
  if (name === 'cm-too-big') return JSON.stringify(TOO_BIG);
  if (body === undefined || body === null) return undefined;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function send(cluster: HttpCluster, request: Recorded): Promise<HttpAnswer> {
  const { method, path, ct = 'application/json', accept, headers } = request;
  const body = bodyOf(request);
  return cluster.send({
    method,
    path,
    ...(body === undefined ? {} : { body }),
    headers: { 'content-type': ct, ...(accept === undefined ? {} : { accept }), ...headers },
  });
}

/** Names that are drawn, uids, and numbers of versions are other ones. */
function normalised(message: unknown): unknown {
  if (typeof message !== 'string') return undefined;
  return message
    .replaceAll(/Bad_[a-z0-9]{5}/g, 'Bad_…')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/current: \d+/g, 'current: …')
    .replaceAll('ingresses.extensions', 'ingresses.networking.k8s.io')
    .replaceAll(/(?<=^(?:Ingress|NetworkPolicy)\.)extensions/g, 'networking.k8s.io');
}

function columns(answer: Readonly<Record<string, unknown>>): unknown {
  const definitions = answer.columnDefinitions;
  if (!Array.isArray(definitions)) return undefined;
  return definitions.map(({ name, type, format, priority }) => [name, type, format, priority]);
}

const lines = existsSync(recorded) ? readFileSync(recorded, 'utf8').split('\n') : [];
const requests = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);

describe.skipIf(requests.length === 0)('recorded requests', () => {
  let cluster: HttpCluster;
  const answers = new Map<string, HttpAnswer>();

  beforeAll(async () => {
    cluster = await httpCluster();
    const create = (path: string, kind: string, name: string): Promise<HttpAnswer> =>
      cluster.send({
        method: 'POST',
        path,
        body: JSON.stringify({ apiVersion: 'v1', kind, metadata: { name } }),
      });
    await create('/api/v1/namespaces', 'Namespace', 'rec');
    await create('/api/v1/namespaces/rec/serviceaccounts', 'ServiceAccount', 'default');
    for (const request of requests) answers.set(request.name, await send(cluster, request));
  });
  afterAll(() => cluster.close());

  function differs({ name, status, answer }: Recorded): boolean {
    const got = answers.get(name);
    return (
      got?.code !== status ||
      normalised(got.body.message) !== normalised(answer.message) ||
      JSON.stringify(columns(got.body)) !== JSON.stringify(columns(answer))
    );
  }

  test.each(requests.filter(({ name }) => !(name in CHANGED)))('$name', ({ name, status, answer }) => {
    const got = answers.get(name);
    expect([got?.code, normalised(got?.body.message), columns(got?.body ?? {})]).toEqual([
      status,
      normalised(answer.message),
      columns(answer),
    ]);
  });

  test.each(Object.entries(CHANGED))('%s has changed since: $why', (name, { code, message }) => {
    const request = requests.find((one) => one.name === name);
    const got = answers.get(name);
    expect(request).toBeDefined();
    // A row that isn't needed any more has to go.
    expect(request === undefined || differs(request)).toBe(true);
    expect(got?.code).toBe(code ?? request?.status);
    if (message !== undefined) expect(got?.body.message).toMatch(message);
  });

  test('nineteen of twenty are answered as they were, where nothing has changed since', () => {
    const comparable = requests.filter(({ name }) => !(name in CHANGED));
    const same = comparable.filter((request) => !differs(request)).length;
    expect(same / comparable.length).toBeGreaterThan(0.95);
  });
});
