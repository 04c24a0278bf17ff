import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { failure, type Status } from '../../core/api/status.ts';
import type { Requester } from '../../core/rbac/requester.ts';
import { ownMetrics } from '../../core/rest/own-metrics.ts';
import { isTrue, type RestAnswer, type RestRequest, refusal } from '../../core/rest/request.ts';
import { parseResourcePath } from '../../core/rest/resource-path.ts';
import { serveReview } from '../../core/rest/reviews.ts';
import { formOf } from '../../core/rest/table.ts';
import { ISSUER } from '../../core/rest/tokens/claims.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { View } from '../../core/store/view.ts';
import { rfc3339Micro } from '../../core/time.ts';
import type { KeyAndCertificate } from '../auth/cluster-authority.ts';
import { type Credentials, makeCredentials, tokenUser } from '../auth/credentials.ts';
import { signedOutside } from '../auth/signed-outside.ts';
import { startControllers } from '../controllers/start.ts';
import { serveOpenApiV2 } from '../openapi/version-2.ts';
import type { Session } from '../session/session.ts';
import { writeThroughWebhooks } from '../webhooks/ask.ts';
import type { WebhookServices } from '../webhooks/services.ts';
import { authenticate, authorize } from './access.ts';
import { readRequestBody } from './body.ts';
import { type ClockControl, serveClock } from './clock.ts';
import { followLog, isFollowed } from './follow-log.ts';
import { serveHealth } from './health.ts';
import { NOTHING, ownDocument } from './own-answers.ts';
import { RequestCounts } from './request-counts.ts';
import { serveWatch } from './watch.ts';

/** What the server is made of. */
export interface ServerOptions {
  readonly session: Session;
  /** As `/version` shows it: `v1.36.0`. */
  readonly version: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Drawn unless given. */
  readonly token?: string;
  /** Moments of a recorded run that are served besides, by name. */
  readonly moments?: ReadonlyMap<string, Session>;
  /** Where the services of admission webhooks are for real. */
  readonly webhookServices?: WebhookServices;
  /** How clients move the clock of a session that lives. */
  readonly clock?: ClockControl;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Of the authority, in PEM: what a client trusts. */
  readonly certificate: string;
  /** By which the user of the kubeconfig is known without the token, in PEM. */
  readonly client: KeyAndCertificate;
  close(): Promise<void>;
}

const NO_SERVICES: WebhookServices = new Map();
const CLOCK = '/wavetank/v1/clock';
/** Where anybody who trusts tokens of service accounts finds the keys (OpenID Connect Discovery). */
const OPENID: readonly string[] = ['/.well-known/openid-configuration', '/.well-known/openid-configuration/'];
const OPENID_KEYS: readonly string[] = ['/openid/v1/jwks', '/openid/v1/jwks/'];
const OPENID_DOCUMENT = {
  issuer: ISSUER,
  jwks_uri: `${ISSUER}/openid/v1/jwks`,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
};
const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Clients tell the aggregated form of discovery by its media type. */
function contentTypeOf(body: unknown): string {
  if (!isJsonObject(body) || body.kind !== 'APIGroupDiscoveryList') return 'application/json';
  const version = String(body.apiVersion).slice(String(body.apiVersion).indexOf('/') + 1);
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

/** A header holds bytes: those of UTF-8. Of control characters JSON leaves none but this one. */
function headerText(text: string): string {
  return Buffer.from(text.replaceAll('\u007f', ''), 'utf8').toString('latin1');
}

function send(response: ServerResponse, code: number, body: unknown, warnings: readonly string[] = []): void {
  const isText = typeof body === 'string';
  const bytes = Buffer.from(isText ? body : `${JSON.stringify(body)}\n`, 'utf8');
  if (warnings.length > 0) {
    response.setHeader(
      'Warning',
      warnings.map((warning) => `299 - ${headerText(JSON.stringify(warning))}`),
    );
  }
  response.writeHead(code, {
    'Content-Type': isText ? 'text/plain; charset=utf-8' : contentTypeOf(body),
    'Cache-Control': 'no-cache, private',
    'Content-Length': bytes.length,
  });
  // As bytes: a text would be put together with the headers, and those encoded like it.
  response.end(bytes);
}

function isApply(contentType: string | undefined): boolean {
  return contentType?.startsWith('application/apply-patch') === true;
}

/** The kind of the object in the body of a creation or an update; other requests have other bodies, or none. */
function kindInBody(method: RestRequest['method'], path: string, view: View): string | undefined {
  if (method !== 'POST' && method !== 'PUT') return undefined;
  const resource = parseResourcePath(path, view);
  return typeof resource === 'string' || resource.subresource !== undefined ? undefined : resource.kind.kind;
}

/** Who writes, where the request doesn't say: the program's name (apiserver `managerOrUserAgent`). */
function managerOf(userAgent: string | undefined): string {
  return (userAgent ?? '').split('/')[0] || 'unknown';
}

interface Parsed {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The query with all values of each parameter. */
  readonly search: URLSearchParams;
}

function parseUrl(url: string): Parsed | undefined {
  const mark = url.indexOf('?');
  const raw = mark < 0 ? url : url.slice(0, mark);
  try {
    const path = decodeURIComponent(raw);
    const search = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
    const query = Object.fromEntries(search);
    // A path is a name of what is asked for, not a way through folders.
    if (path.split('/').some((part) => part === '..' || part === '.')) return undefined;
    return { path, query, search };
  } catch {
    return undefined;
  }
}

function isWatch({ path, query }: Parsed): boolean {
  return isTrue(query.watch) || /^\/apis?\/(?:[^/]+\/)?[^/]+\/watch\//.test(path);
}

/** Where a recorded run at a moment is served: `/at/5m/api/v1/pods`. */
export const MOMENTS = '/at/';

/** A request for a moment, and the rest of its URL. */
function momentIn(url: string): { readonly moment: string; readonly rest: string } | undefined {
  if (!url.startsWith(MOMENTS)) return undefined;
  const end = url.indexOf('/', MOMENTS.length);
  const name = url.slice(MOMENTS.length, end < 0 ? undefined : end);
  try {
    return { moment: decodeURIComponent(name), rest: end < 0 ? '/' : url.slice(end) };
  } catch {
    return undefined;
  }
}

/** A moment of the past: its clock can be looked at, and not moved. */
function stoppedClock({ now, view }: Session): object {
  return { now: rfc3339Micro(now), paused: true, resourceVersion: String(view.version) };
}

class ApiHandler {
  private readonly options: ServerOptions;
  private readonly credentials: Credentials;
  /** Handlers of the moments besides, by name. */
  private readonly moments = new Map<string, ApiHandler>();
  private readonly counts = new RequestCounts();

  constructor(options: ServerOptions, credentials: Credentials) {
    this.options = options;
    this.credentials = credentials;
    for (const [name, session] of options.moments ?? []) {
      const { version, port } = options;
      this.moments.set(name, new ApiHandler({ session, version, port }, credentials));
    }
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
    const named = momentIn(url);
    const other = named === undefined ? undefined : this.moments.get(named.moment);
    if (named !== undefined && other !== undefined) {
      await other.handle(request, response, named.rest);
      return;
    }
    const parsed = parseUrl(url);
    const method = request.method ?? 'GET';
    if (parsed === undefined) {
      this.refuse(response, failure('BadRequest', 'the path of the request can not be read'));
      return;
    }
    const { session } = this.options;
    const { path, query } = parsed;
    response.once('finish', () => this.counts.add({ method, path, query }, response.statusCode));
    const who = authenticate(request, this.credentials, session);
    if ('status' in who) {
      this.refuse(response, who);
      return;
    }
    const forbidden = authorize(session.view, who, { method, ...parsed });
    if (forbidden !== undefined) {
      this.refuse(response, forbidden);
      return;
    }
    if (!METHODS.includes(method)) {
      this.refuse(
        response,
        failure('MethodNotAllowed', 'the server does not allow this method on the requested resource', {}),
      );
      return;
    }
    if (method === 'GET') this.get(request, parsed, who.name, response);
    else await this.write(request, parsed, who, method as RestRequest['method'], response);
  }

  private get(request: IncomingMessage, parsed: Parsed, user: string, response: ServerResponse): void {
    const { session } = this.options;
    const { path, query } = parsed;
    const accept = request.headers.accept;
    if (isWatch(parsed)) {
      const refused = this.watch(path, query, accept, response);
      if (refused !== undefined) this.refuse(response, refused);
      return;
    }
    if (isFollowed(parsed)) {
      const refused = followLog(response, session, parsed);
      if (refused !== undefined) this.refuse(response, refused);
      if (refused !== undefined || response.headersSent) return;
    }
    if (path === '/openapi/v2') {
      serveOpenApiV2(response, request.headers, this.options.version);
      return;
    }
    const health = serveHealth(path, parsed.search, session);
    if (health !== undefined) {
      send(response, health.code, health.text);
      return;
    }
    const own = this.ownAnswer(path);
    if (own !== undefined) {
      send(response, own === NOTHING ? 404 : 200, own);
      return;
    }
    const rest: RestRequest = {
      method: 'GET',
      path,
      query,
      user,
      ...(accept === undefined ? {} : { accept }),
    };
    this.answer(response, session.read(rest));
  }

  /** What the server answers by itself, without the API behind it. */
  private ownAnswer(path: string): unknown {
    const { version, clock, session } = this.options;
    if (path === '/metrics') {
      return `${ownMetrics(session.view, session.now, version)}${this.counts.text()}`;
    }
    if (OPENID_KEYS.includes(path)) return this.credentials.signer.keys;
    if (OPENID.includes(path)) return OPENID_DOCUMENT;
    if (path !== CLOCK) return ownDocument(path, version, session.view);
    return session.isReadOnly ? stoppedClock(session) : clock?.state();
  }

  private watch(
    path: string,
    query: Readonly<Record<string, string>>,
    accept: string | undefined,
    response: ServerResponse,
  ): Status | undefined {
    const resource = parseResourcePath(path, this.options.session.view);
    if (typeof resource === 'string') {
      return failure('NotFound', 'the server could not find the requested resource', {});
    }
    const form = formOf(accept);
    if (form === undefined) return failure('BadRequest', '406: Not Acceptable', {});
    const { kind, apiVersion, namespace, name } = resource;
    return serveWatch(response, this.options.session, { kind, apiVersion, namespace, name, form }, query);
  }

  private async write(
    request: IncomingMessage,
    { path, query }: Parsed,
    who: Requester,
    method: RestRequest['method'],
    response: ServerResponse,
  ): Promise<void> {
    const body = await readRequestBody(request, kindInBody(method, path, this.options.session.view));
    if (!body.ok) {
      this.refuse(response, body.status);
      return;
    }
    const { clock, session } = this.options;
    if (path === CLOCK && clock !== undefined) {
      this.answer(response, serveClock(clock, body.value));
      return;
    }
    const { value, contentType } = body;
    // An apply has to name its manager.
    const manager = isApply(contentType) ? undefined : managerOf(request.headers['user-agent']);
    const isWritten = method !== 'DELETE' && manager !== undefined && query.fieldManager === undefined;
    const rest: RestRequest = {
      method,
      path,
      query: isWritten ? { ...query, fieldManager: manager } : query,
      user: who.name,
      groups: who.groups,
      ...(who.uid === undefined ? {} : { uid: who.uid }),
      ...(who.extra === undefined ? {} : { extra: who.extra }),
      ...(value === undefined ? {} : { body: value }),
      ...(contentType === undefined ? {} : { contentType }),
    };
    const review = serveReview(rest, session.view, who, (token, audiences) =>
      tokenUser(this.credentials, token, session.view, session.now, audiences),
    );
    if (review !== undefined) {
      this.answer(response, review);
      return;
    }
    const signed = await signedOutside(rest, session, this.credentials);
    const { webhookServices = NO_SERVICES } = this.options;
    const answered =
      'code' in signed ? refusal(signed) : await writeThroughWebhooks(session, signed, webhookServices);
    this.answer(response, answered);
  }

  private answer(response: ServerResponse, { code, body, warnings }: RestAnswer): void {
    send(response, code, body, warnings);
  }

  private refuse(response: ServerResponse, status: Status): void {
    send(response, status.code, status);
  }
}

function internalError(error: unknown): Status {
  const message = error instanceof Error ? error.message : String(error);
  return failure('InternalError', `Internal error occurred: ${message}`);
}

/** How long a connection that says nothing is kept, and how long one may take to say what it wants. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 10_000;

/** Serve a session over HTTPS on loopback until `close`. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const token = options.token ?? randomBytes(24).toString('base64url');
  const credentials = await makeCredentials(token);
  const certificate = await credentials.authority.serverCertificate(new Date());
  const handler = new ApiHandler(options, credentials);
  const server: Server = createServer(
    {
      key: certificate.key,
      cert: certificate.cert,
      // A certificate of a client is judged by the clock of the cluster, and whoever has none may have a token.
      ca: credentials.authority.certificate,
      requestCert: true,
      rejectUnauthorized: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      maxHeaderSize: 64 * 1024,
    },
    (request, response) => {
      handler.handle(request, response, request.url ?? '/').catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else send(response, 500, internalError(error));
      });
    },
  );
  // What is no request at all, or ends in the middle, costs its own connection and nothing else.
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const isFlood = error.code === 'HPE_HEADER_OVERFLOW';
    const line = isFlood ? '431 Request Header Fields Too Large' : '400 Bad Request';
    if (socket.writable) socket.end(`HTTP/1.1 ${line}\r\nConnection: close\r\n\r\n`);
    else socket.destroy();
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const stopControllers = startControllers(options.session, credentials);
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    token,
    certificate: credentials.authority.certificate,
    client: credentials.adminCertificate,
    close: () =>
      new Promise((resolve) => {
        stopControllers();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
