import { hasPolicies } from '../api/admission/policies/kinds.ts';
import { hasWebhooks } from '../api/admission/webhooks/hooks.ts';
import type { ApiStore } from '../api/api-store.ts';
import type { RequestClient, RequestContext } from '../api/identity.ts';
import type { MetricsSource } from '../api/metrics.ts';
import { objectKey } from '../api/object.ts';
import { badRequest, failure, notFound, type Status } from '../api/status.ts';
import { LEASE, POD } from '../kinds/registry.ts';
import { isPodPart } from '../kinds/validation/pod-parts.ts';
import { isJsonObject } from '../schema/decoding.ts';
import type { Pod } from '../schema/types.generated.ts';
import type { View } from '../store/view.ts';
import type { Micros } from '../time.ts';
import { CSR } from './approval.ts';
import { serveComponentStatus } from './component-status.ts';
import { discovery } from './discovery.ts';
import { type ListSnapshots, listPage } from './list.ts';
import { formatLines, logsOf, selectLines } from './logs.ts';
import { serveMetrics } from './metrics.ts';
import { notSimulated } from './not-simulated.ts';
import { serveOutsideMetrics } from './outside-metrics.ts';
import { answer, type RestAnswer, type RestRequest, refusal } from './request.ts';
import { parseResourcePath, type ResourcePath } from './resource-path.ts';
import { hasScale, scaleOf, scaleTable } from './scale.ts';
import { shownObject, tabledObject } from './shown.ts';
import { formOf, partialMetadata, tableOf } from './table.ts';
import { reviewPort, type WebhookTrial, webhookPort } from './webhooks.ts';
import { serveWrite } from './write.ts';

/**
 * The API as clients speak it: a path, a method and a body in, a code and JSON out. It knows nothing of HTTP, and
 * nothing of who may do what: that is decided before.
 */

const NO_SUCH_RESOURCE: Status = failure('NotFound', 'the server could not find the requested resource', {});
const NOT_ACCEPTABLE = {
  ...failure('BadRequest', '406: Not Acceptable', {}),
  reason: 'NotAcceptable',
  code: 406,
};

/** What the mux of the server says of a path that no API group serves. */
const PAGE_NOT_FOUND = answer(404, '404 page not found\n');

function notFoundPath(problem: 'group' | 'resource' | 'not-resource'): RestAnswer {
  return problem === 'resource' ? refusal(NO_SUCH_RESOURCE) : PAGE_NOT_FOUND;
}

export interface ReadContext {
  readonly view: View;
  /** Who answers for the metrics API; absent: nobody does, and the group is not served. */
  readonly metrics?: MetricsSource;
  readonly now: Micros;
  readonly snapshots: ListSnapshots;
}

/** GET of anything but a watch. */
export function serveRead(request: RestRequest, context: ReadContext): RestAnswer {
  const { view, now, snapshots, metrics } = context;
  const discovered = discovery(request.path, request.accept, metrics, view);
  if (discovered !== undefined) return answer(200, discovered);
  const measured =
    metrics === undefined
      ? undefined
      : (serveMetrics(request, view, metrics) ?? serveOutsideMetrics(request, view, metrics));
  const special = measured ?? serveComponentStatus(request);
  if (special !== undefined) return special;
  const path = parseResourcePath(request.path, view);
  if (typeof path === 'string') return notFoundPath(path);
  const form = formOf(request.accept);
  if (form === undefined) return answer(406, NOT_ACCEPTABLE);
  if (path.name !== undefined) return getOne(path, path.name, request, form, view, now);
  const { kind, apiVersion } = path;
  const problem = versionProblem(request.query.resourceVersion, view.version);
  if (problem !== undefined) return problem;
  const page = listPage(view, path, request.query, snapshots);
  if ('status' in page) return refusal(page);
  const { items, ...metadata } = page;
  if (form === 'table') {
    const seen = items.map((item) => tabledObject(item, now, kind, apiVersion));
    return answer(200, tableOf(path, seen, metadata, now, request.query.includeObject));
  }
  // Objects of a custom kind may still be stored in a version that was the stored one before.
  const isStored = kind !== LEASE && kind.custom === undefined && kind.apiVersion === apiVersion;
  const shown = isStored ? items : items.map((item) => shownObject(item, now, apiVersion));
  if (form === 'metadata') {
    const list = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata };
    return answer(200, { ...list, items: shown.map(partialMetadata) });
  }
  return answer(200, { kind: `${kind.kind}List`, apiVersion, metadata, items: shown });
}

/** What is wrong with the version that a list or a watch asks for. */
export function versionProblem(given: string | undefined, current: number): RestAnswer | undefined {
  if (given === undefined || given === '' || given === '0') return undefined;
  if (!/^\d+$/.test(given)) {
    const message = `resourceVersion: Invalid value: ${JSON.stringify(given)}: strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`;
    return refusal(badRequest(message));
  }
  if (Number(given) <= current) return undefined;
  const status = failure('Timeout', `Timeout: Too large resource version: ${given}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
  return refusal(status);
}

function getOne(
  path: ResourcePath,
  name: string,
  { query }: RestRequest,
  form: 'object' | 'table' | 'metadata',
  view: View,
  now: Micros,
): RestAnswer {
  const { kind, apiVersion, namespace, subresource } = path;
  const refused = notSimulated(kind, name, subresource);
  if (refused !== undefined) return refusal(refused);
  const isLog = kind === POD && subresource === 'log';
  const isScale = subresource === 'scale' && hasScale(kind);
  const isApproval = subresource === 'approval' && kind === CSR;
  const isStatus = (subresource === 'status' && kind.hasStatus) || isApproval;
  const isPart = kind === POD && isPodPart(subresource);
  if (subresource !== undefined && !isScale && !isStatus && !isLog && !isPart)
    return refusal(NO_SUCH_RESOURCE);
  const stored = view.getByKey(kind, objectKey(namespace, name));
  if (stored === undefined) return refusal(notFound(kind, name));
  if (isScale) {
    const scale =
      form === 'table' ? scaleTable(kind, stored, now, query.includeObject) : scaleOf(kind, stored);
    return answer(200, scale);
  }
  if (isLog) return podLog(stored as Pod, query, now);
  const object = shownObject(stored, now, apiVersion);
  const { resourceVersion } = object.metadata;
  if (form === 'table') {
    const seen = tabledObject(stored, now, kind, apiVersion);
    return answer(200, tableOf(path, [seen], { resourceVersion }, now, query.includeObject));
  }
  return answer(200, form === 'metadata' ? partialMetadata(object) : object);
}

/** `pods/log`, without following. */
function podLog(pod: Pod, query: RestRequest['query'], now: Micros): RestAnswer {
  const logs = logsOf(pod, query, now);
  if (!logs.ok) return refusal(logs.status);
  return answer(200, formatLines(selectLines(logs.lines, query, now), query));
}

/** A store that answers as the real one would, and keeps nothing (`dryRun: All`). */
function dryStore(store: ApiStore): ApiStore {
  return {
    state: store.state,
    journal: store.journal,
    draw: store.draw,
    strategyContext: (context) => store.strategyContext(context),
    commit: () => store.journal.nextNumber,
  };
}

/** A dry run is asked for in the query, or in the options of a deletion. */
function isDryRun({ query, body }: RestRequest): boolean | Status {
  const inBody =
    typeof body === 'object' && body !== null ? (body as { dryRun?: unknown }).dryRun : undefined;
  const given = query.dryRun ?? (Array.isArray(inBody) ? String(inBody[0] ?? '') : '');
  if (given === '') return false;
  if (given === 'All') return true;
  const message = `CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: [${JSON.stringify(given)}]: supported values: "All"`;
  return failure('Invalid', message, { group: 'meta.k8s.io', kind: 'CreateOptions' });
}

/** A dry run has no number of its own: an object shows the one that it has, and a new one has none. */
function asDry({ code, body, warnings }: RestAnswer, resourceVersion: string | undefined): RestAnswer {
  if (!isJsonObject(body) || !isJsonObject(body.metadata) || body.kind === 'Status')
    return { code, body, warnings };
  return answer(code, { ...body, metadata: { ...body.metadata, resourceVersion } }, warnings);
}

/** Everything that isn't a GET. What admission has to say besides comes after the warnings of the request's body. */
export function serveWriteRequest(
  request: RestRequest,
  store: ApiStore,
  context: Omit<RequestContext, 'client'>,
  trial?: WebhookTrial,
): RestAnswer {
  const told: string[] = [];
  const { user, groups = [], uid, extra } = request;
  const who = { ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) };
  const client = { user, groups, ...who, warn: (text: string) => told.push(text) };
  const { code, body, warnings } = writeOf(request, store, context, client, trial);
  return answer(code, body, told.length === 0 ? warnings : [...new Set([...warnings, ...told])]);
}

function writeOf(
  request: RestRequest,
  store: ApiStore,
  context: Omit<RequestContext, 'client'>,
  client: RequestClient,
  trial: WebhookTrial | undefined,
): RestAnswer {
  const path = parseResourcePath(request.path, store.state);
  if (typeof path === 'string') return notFoundPath(path);
  const isDry = isDryRun(request);
  if (typeof isDry === 'object') return refusal(isDry);
  // Requests that don't say what webhooks said come from components: they are sent to none.
  const webhooks =
    request.webhooks !== undefined && hasWebhooks(store.state)
      ? { webhooks: webhookPort(request, path, isDry, context.now, trial) }
      : {};
  const review = hasPolicies(store.state) ? { review: reviewPort(request, path, isDry, context.now) } : {};
  const own = { ...context, client: { ...client, ...webhooks, ...review } };
  if (!isDry) return serveWrite({ store, isDry, context: own, request, path });
  const before =
    path.name === undefined
      ? undefined
      : store.state.getByKey(path.kind, objectKey(path.namespace, path.name));
  return asDry(
    serveWrite({ store: dryStore(store), isDry, context: own, request, path }),
    before?.metadata.resourceVersion,
  );
}

/**
 * What there is to ask of webhooks before a write can be served, found by serving it on a store that keeps nothing; and
 * whose answers it makes use of. `undefined` where there are no webhooks. The write itself will come after its stimulus,
 * and so have the number after the next.
 */
export function tryWebhooks(
  request: RestRequest,
  store: ApiStore,
  context: Omit<RequestContext, 'client'>,
): WebhookTrial | undefined {
  if (!hasWebhooks(store.state)) return undefined;
  const trial: WebhookTrial = { unasked: [], used: new Set() };
  const nextNumber = store.journal.nextNumber + 1;
  const entity = String(nextNumber);
  const { state, draw } = store;
  const later: ApiStore = {
    ...dryStore(store),
    journal: { nextNumber },
    strategyContext: ({ now }) => ({ view: state, now, draw: (purpose) => draw(entity, purpose) }),
    commit: () => nextNumber,
  };
  serveWriteRequest({ ...request, webhooks: request.webhooks ?? [] }, later, context, trial);
  return trial;
}
